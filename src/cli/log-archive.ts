import { archive, type ArchiveUntil } from '../log/archive.ts'
import { counted } from '../log/counted.ts'
import type { Command, Given } from './command.ts'
import { safeJSON } from './entry-text.ts'
import { timeOption, wholeOption } from './filters.ts'
import { readKeys } from './keys.ts'
import { open, openOptions } from './open.ts'
import { positionsText } from './positions-text.ts'
import { UsageError } from './usage-error.ts'

export const archiveCommand: Command = {
  name: 'archive',
  summary:
    'Writes the events that are not in a folder yet into one more archive. The log stays as it is.',
  positionals: ['<file>', '<folder>'],
  needs: '(--until time | --before position)',
  options: {
    until: {
      value: 'time',
      help: 'Archive up to the first event at or after it: ISO 8601, or ms since the Unix epoch. This or --before is needed.',
    },
    before: {
      value: 'position',
      help: 'Archive events before this position. This or --until is needed.',
    },
    json: { help: 'One JSON object: the manifest. Default: text.' },
    ...openOptions,
  },
  example: 'tradewire log archive trades.db ./archive --until 2026-11-01',
  async run(given, room) {
    const until = untilOf(given)
    const encryption = await readKeys(given, room)
    await using log = await open(given, room, { mode: 'read' })
    const manifest = await archive(log, until, given.positionals[1]!, {
      onProgress: room.progress.show,
      signal: room.signal,
      ...(encryption === undefined ? {} : { encryption }),
    })
    room.progress.clear()
    if (given.flag('json')) await room.out.line(safeJSON(manifest ?? { events: 0 }))
    else if (manifest === undefined) await room.out.line('0 events archived: there is nothing new')
    else {
      const { events, first, last } = manifest
      await room.out.line(`${counted(events, 'event')} archived, ${positionsText(first, last)}`)
    }
    return 0
  },
}

function untilOf(given: Given): ArchiveUntil {
  const time = timeOption(given, 'until')
  const position = wholeOption(given, 'before', 1)
  if (time !== undefined && position === undefined) return time
  if (time === undefined && position !== undefined) return { position }
  throw new UsageError('Give one of --until time and --before position.')
}
