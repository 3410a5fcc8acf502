import { counted } from '../log/counted.ts'
import { restoreInto } from '../log/restore.ts'
import type { Command } from './command.ts'
import { safeJSON } from './entry-text.ts'
import { readKeys } from './keys.ts'
import { openToFill } from './log-to-fill.ts'
import { openOptions } from './open.ts'
import { positionsText } from './positions-text.ts'

export const restoreCommand: Command = {
  name: 'restore',
  summary:
    'Checks the archives of a folder, and appends them to a log, which is made if it does not exist.',
  positionals: ['<file>', '<folder>'],
  options: {
    json: { help: 'One JSON object that says what was restored. Default: text.' },
    ...openOptions,
  },
  example: 'tradewire log restore restored.db ./archive',
  async run(given, room) {
    const encryption = await readKeys(given, room)
    await using log = await openToFill(given, room)
    const report = await restoreInto(log, given.positionals[1]!, {
      onProgress: room.progress.show,
      signal: room.signal,
      ...(encryption === undefined ? {} : { encryption }),
    })
    room.progress.clear()
    const { archives, events, first, last } = report
    await room.out.line(
      given.flag('json')
        ? safeJSON(report)
        : `${counted(events, 'event')} restored from ${counted(archives, 'archive')}, ${positionsText(first, last)}`,
    )
    return 0
  },
}
