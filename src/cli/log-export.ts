import { exportLog } from '../log/export-log.ts'
import type { Command } from './command.ts'
import { filters, queryOf } from './filters.ts'
import { open, openOptions } from './open.ts'

export const exportCommand: Command = {
  name: 'export',
  summary: 'Writes events as NDJSON, one CloudEvent 1.0 a line.',
  positionals: ['<file>', '[target]'],
  options: {
    ...filters,
    overwrite: { help: 'Replace the target if it exists. Default: refuse.' },
    ...openOptions,
  },
  example: "tradewire log export trades.db fills.ndjson.gz --pattern 'order.filled'",
  async run(given, room) {
    const query = queryOf(given, room.signal)
    await using log = await open(given, room, { mode: 'read' })
    const target = given.positionals[1] ?? '-'
    const to = target === '-' ? room.out.stream : target
    const options = { ...query, overwrite: given.flag('overwrite') }
    const report = await exportLog(log, to, { ...options, onProgress: room.progress.show })
    room.progress.clear()
    room.note(`${report.events} events, SHA-256 of the NDJSON ${report.sha256}`)
    return 0
  },
}
