import { counted } from '../log/counted.ts'
import { exportLog } from '../log/export-log.ts'
import type { Command } from './command.ts'
import { safeJSON } from './entry-text.ts'
import { filters, queryOf } from './filters.ts'
import { open, openOptions } from './open.ts'
import { notePatterns } from './pattern-note.ts'

export const exportCommand: Command = {
  name: 'export',
  summary: 'Writes events as NDJSON, one CloudEvent 1.0 a line.',
  positionals: ['<file>', '[target]'],
  options: {
    ...filters,
    overwrite: { help: 'Replace the target if it exists. Default: refuse.' },
    json: {
      help: 'One JSON object that says what was exported; to stderr where the events go to stdout. Default: text, to stderr.',
    },
    ...openOptions,
  },
  example: "tradewire log export trades.db fills.ndjson.gz --pattern 'order.filled'",
  async run(given, room) {
    const query = queryOf(given, room.signal)
    await using log = await open(given, room, { mode: 'read' })
    await notePatterns(log, given.list('pattern'), room)
    const target = given.positionals[1] ?? '-'
    const to = target === '-' ? room.out.stream : target
    const options = { ...query, overwrite: given.flag('overwrite') }
    const report = await exportLog(log, to, { ...options, onProgress: room.progress.show })
    room.progress.clear()
    if (!given.flag('json')) {
      room.note(`${counted(report.events, 'event')}, SHA-256 of the NDJSON ${report.sha256}`)
    } else if (target === '-') room.note(safeJSON(report))
    else await room.out.line(safeJSON(report))
    return 0
  },
}
