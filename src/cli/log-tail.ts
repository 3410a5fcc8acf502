import type { Command } from './command.ts'
import { entryJSON, entryText, plainEvent } from './entry-text.ts'
import { queryOf, tailFilters } from './filters.ts'
import { open, openOptions } from './open.ts'
import { notePatterns } from './pattern-note.ts'

export const tailCommand: Command = {
  name: 'tail',
  summary: 'Shows events as they are appended, until it is interrupted.',
  positionals: ['<file>'],
  options: {
    ...tailFilters,
    from: {
      value: 'position',
      help: 'Begin at this position. Default: after the last one of now.',
    },
    json: { help: 'One JSON object a line, with all of each event. Default: text, cut to a line.' },
    ...openOptions,
  },
  example: "tradewire log tail trades.db --pattern 'order.*'",
  async run(given, room) {
    const { signal, out } = room
    const query = queryOf(given, AbortSignal.any([signal, out.closed]))
    await using log = await open(given, room, { mode: 'read' })
    await notePatterns(log, given.list('pattern'), room)
    const { last } = await log.stats()
    const json = given.flag('json')
    try {
      const entries = log.tail({ from: last + 1, ...query, unknown: 'keep' })
      for await (const { position, event } of entries) {
        const plain = plainEvent(event, log.catalog)
        await out.line(json ? entryJSON(position, plain) : entryText(position, plain, room.colour))
        await out.flush()
      }
    } catch (error) {
      // Who interrupts it has seen enough.
      if (!signal.aborted) throw error
    }
    return 0
  },
}
