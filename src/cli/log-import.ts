import type { Readable } from 'node:stream'
import { counted } from '../log/counted.ts'
import type { ImportReport } from '../log/import-error.ts'
import { importInto } from '../log/import-log.ts'
import type { Command } from './command.ts'
import { safeJSON } from './entry-text.ts'
import { openToFill } from './log-to-fill.ts'
import { openOptions } from './open.ts'
import { positionsText } from './positions-text.ts'

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
    await using log = await openToFill(given, room)
    const source = given.positionals[1] ?? '-'
    const report = await importInto(log, source === '-' ? (room.input as Readable) : source, {
      onBadLine: given.flag('skip-bad-lines') ? 'skip' : 'refuse',
      onProgress: room.progress.show,
      signal: room.signal,
    })
    await log.open()
    room.progress.clear()
    await room.out.line(given.flag('json') ? safeJSON(report) : textOf(report))
    return 0
  },
}

function textOf({ events, skipped, firstPosition, lastPosition }: ImportReport): string {
  const where = events === 0 ? '' : `, at ${positionsText(firstPosition, lastPosition)}`
  return `${counted(events, 'event')} imported${where}; ${counted(skipped, 'line')} skipped`
}
