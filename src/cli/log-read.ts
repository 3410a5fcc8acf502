import type { Command } from './command.ts'
import { entryJSON, entryText } from './entry-text.ts'
import { filters, queryOf } from './filters.ts'
import { open, openOptions } from './open.ts'
import { notePatterns } from './pattern-note.ts'

export const readCommand: Command = {
  name: 'read',
  summary:
    'Shows events, each with its position, in the order of the log. Ids and causes are shown with --json.',
  positionals: ['<file>'],
  options: {
    ...filters,
    json: { help: 'One JSON object a line, with all of each event. Default: text, cut to a line.' },
    ...openOptions,
  },
  example:
    "tradewire log read trades.db --pattern 'order.*' --since 2026-11-21T09:30:00Z --limit 20",
  async run(given, { out, colour, ...room }) {
    const query = queryOf(given, room.signal)
    await using log = await open(given, { out, colour, ...room }, { mode: 'read' })
    await notePatterns(log, given.list('pattern'), room)
    const json = given.flag('json')
    for await (const { position, event } of log.readEncoded(query)) {
      await out.line(json ? entryJSON(position, event) : entryText(position, event, colour))
    }
    return 0
  },
}
