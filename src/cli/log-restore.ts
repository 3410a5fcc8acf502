import { restore } from '../log/restore.ts'
import type { Command } from './command.ts'
import { safeJSON } from './entry-text.ts'
import { readKeys } from './keys.ts'
import { open, openOptions } from './open.ts'

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
    await using log = await open(given, room, { mode: 'create' })
    const report = await restore(log, given.positionals[1]!, {
      onProgress: room.progress.show,
      signal: room.signal,
      ...(encryption === undefined ? {} : { encryption }),
    })
    room.progress.clear()
    const { archives, events, first, last } = report
    await room.out.line(
      given.flag('json')
        ? safeJSON(report)
        : `${events} events restored from ${archives} archives, positions ${first} to ${last}`,
    )
    return 0
  },
}
