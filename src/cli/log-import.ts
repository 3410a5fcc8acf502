import type { Readable } from 'node:stream'
import { importLog } from '../log/import-log.ts'
import type { Command } from './command.ts'
import { safeJSON } from './entry-text.ts'
import { open, openOptions } from './open.ts'

export const importCommand: Command = {
  name: 'import',
  summary: 'Appends the events of NDJSON lines. The log is made if it does not exist.',
  positionals: ['<file>', '[source]'],
  options: {
    'skip-bad-lines': { help: 'Count lines that are no events. Default: end before the first.' },
    json: { help: 'One JSON object that says what was imported. Default: text.' },
    ...openOptions,
  },
  example: 'tradewire log import copy.db fills.ndjson.gz',
  async run(given, room) {
    await using log = await open(given, room, { mode: 'create' })
    const source = given.positionals[1] ?? '-'
    const report = await importLog(log, source === '-' ? (room.input as Readable) : source, {
      onBadLine: given.flag('skip-bad-lines') ? 'skip' : 'refuse',
      onProgress: room.progress.show,
      signal: room.signal,
    })
    room.progress.clear()
    const { events, skipped, firstPosition, lastPosition } = report
    const where = events === 0 ? '' : `, at positions ${firstPosition} to ${lastPosition}`
    await room.out.line(
      given.flag('json')
        ? safeJSON(report)
        : `${events} events imported${where}; ${skipped} lines skipped`,
    )
    return 0
  },
}
