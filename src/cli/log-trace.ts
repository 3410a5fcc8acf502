import { traceToMermaid } from '../log/mermaid.ts'
import { trace } from '../log/trace.ts'
import { printTrace } from '../log/trace-print.ts'
import type { Command } from './command.ts'
import { safeJSON } from './entry-text.ts'
import { wholeOption } from './filters.ts'
import { open, openOptions } from './open.ts'
import { UsageError } from './usage-error.ts'

export const traceCommand: Command = {
  name: 'trace',
  summary:
    'Shows what happened because of what: the causal tree of a chain, by its id or that of any of its events.',
  positionals: ['<file>', '<id>'],
  options: {
    limit: { value: 'count', help: 'At most so many events. Default: 100000.' },
    mermaid: { help: 'As a flowchart in the language of Mermaid. Default: text.' },
    json: { help: 'As one JSON object. Default: text.' },
    ...openOptions,
  },
  example: 'tradewire log trace trades.db 5kq3…-1042',
  async run(given, room) {
    if (given.flag('mermaid') && given.flag('json')) {
      throw new UsageError('Give one of --mermaid and --json.')
    }
    const limit = wholeOption(given, 'limit', 1)
    await using log = await open(given, room, { mode: 'read' })
    const options = { signal: room.signal, ...(limit === undefined ? {} : { limit }) }
    const tree = await trace(log, given.positionals[1]!, options)
    if (given.flag('json')) await room.out.line(safeJSON(tree))
    else if (given.flag('mermaid')) await room.out.line(traceToMermaid(tree).trimEnd())
    else await room.out.line(printTrace(tree, { colour: room.colour }))
    return tree.events === 0 ? 1 : 0
  },
}
