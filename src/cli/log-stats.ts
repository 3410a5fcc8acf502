import { onOneLine } from '../log/trace-line.ts'
import { timeOf } from '../log/trace-print.ts'
import type { LogStats } from '../log/log-stats.ts'
import type { Command } from './command.ts'
import { safeJSON } from './entry-text.ts'
import { open, openOptions } from './open.ts'

export const statsCommand: Command = {
  name: 'stats',
  summary: 'Shows what a log holds.',
  positionals: ['<file>'],
  options: { json: { help: 'One JSON object. Default: text.' }, ...openOptions },
  example: 'tradewire log stats trades.db',
  async run(given, room) {
    await using log = await open(given, room, { mode: 'read' })
    const {
      pending: _pending,
      commits: _commits,
      appended: _appended,
      ...stats
    } = await log.stats()
    if (given.flag('json')) await room.out.line(safeJSON(stats))
    else for (const line of linesOf(stats)) await room.out.line(line)
    return 0
  },
}

function* linesOf(
  stats: Omit<LogStats, 'pending' | 'commits' | 'appended'>,
): Generator<string, void, void> {
  yield `events        ${stats.events}`
  yield `first         ${stats.first}${time(stats.firstTimestamp)}`
  yield `last          ${stats.last}${time(stats.lastTimestamp)}`
  yield `bytes         ${stats.bytes}`
  yield `dead letters  ${stats.deadLetters}`
  for (const { type, events } of stats.types) yield `type          ${onOneLine(type)}  ${events}`
  for (const { name, position } of stats.consumers) {
    yield `consumer      ${onOneLine(name)}  at ${position}`
  }
}

function time(timestamp: number | undefined): string {
  return timestamp === undefined ? '' : ` (${timeOf({ timestamp })})`
}
