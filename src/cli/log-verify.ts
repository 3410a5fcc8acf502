import { statSync } from 'node:fs'
import { counted } from '../log/counted.ts'
import { verifyArchive } from '../log/restore.ts'
import { onOneLine } from '../log/trace-line.ts'
import type { Command, Given, Room } from './command.ts'
import { safeJSON } from './entry-text.ts'
import { readKeys } from './keys.ts'
import { open, openOptions } from './open.ts'

export const verifyCommand: Command = {
  name: 'verify',
  summary:
    'Checks every record of a log, or every archive of a folder. Exits with 1 if one is damaged.',
  positionals: ['<file>'],
  options: { json: { help: 'One JSON object. Default: text.' }, ...openOptions },
  example: 'tradewire log verify trades.db',
  async run(given, room) {
    const found = isFolder(given.positionals[0]!)
      ? await archiveFindings(given, room)
      : await logFindings(given, room)
    room.progress.clear()
    if (given.flag('json')) await room.out.line(safeJSON(found.report))
    else for (const line of found.lines) await room.out.line(onOneLine(line))
    return found.report.ok ? 0 : 1
  },
}

interface Findings {
  readonly report: { readonly ok: boolean }
  readonly lines: readonly string[]
}

async function logFindings(given: Given, room: Room): Promise<Findings> {
  await using log = await open(given, room, { mode: 'read' })
  const report = await log.verify({ onProgress: room.progress.show })
  const damaged = report.damaged.map(
    ({ first, last, reason }) => `damaged: ${first}${first === last ? '' : `-${last}`}: ${reason}`,
  )
  return {
    report,
    lines: [...damaged, `${counted(report.records, 'record')}, ${verdict(report.ok)}`],
  }
}

async function archiveFindings(given: Given, room: Room): Promise<Findings> {
  const encryption = await readKeys(given, room)
  const report = await verifyArchive(given.positionals[0]!, {
    onProgress: room.progress.show,
    signal: room.signal,
    ...(encryption === undefined ? {} : { encryption }),
  })
  const damaged = report.damaged.map(({ file, reason }) => `damaged: ${file}: ${reason}`)
  const { archives, events, ok } = report
  const counts = `${counted(archives, 'archive')}, ${counted(events, 'event')}`
  return { report, lines: [...damaged, `${counts}, ${verdict(ok)}`] }
}

const verdict = (ok: boolean): string => (ok ? 'all as they were written' : 'damage was found')

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}
