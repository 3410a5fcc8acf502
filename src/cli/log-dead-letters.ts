import type { Catalog } from '../events/catalog.ts'
import type { EventSchemas } from '../events/definition.ts'
import { closestTo } from '../events/suggestion.ts'
import { counted } from '../log/counted.ts'
import type { EventLog } from '../log/event-log.ts'
import type { LoggedDeadLetter } from '../log/log-dead-letters.ts'
import { onOneLine } from '../log/trace-line.ts'
import { timeOf } from '../log/trace-print.ts'
import type { Command, Given, Room } from './command.ts'
import { plainEvent, safeJSON } from './entry-text.ts'
import { wholeOption } from './filters.ts'
import { open, openOptions } from './open.ts'
import { UsageError } from './usage-error.ts'

export const deadLettersCommand: Command = {
  name: 'dead-letters',
  summary: 'Lists the events that consumers have failed on, or forgets them with discard.',
  positionals: ['<file>', '[list|discard]'],
  options: {
    consumer: {
      value: 'name',
      help: 'Only those of this consumer. Default: all; discard needs one.',
    },
    position: { value: 'position', help: 'Only the one at this position. Default: all.' },
    json: { help: 'One JSON object a line. Default: text.' },
    ...openOptions,
  },
  example: 'tradewire log dead-letters trades.db discard --consumer reconciler --position 1042',
  async run(given, room) {
    const [, action = 'list'] = given.positionals
    if (action === 'list') return list(given, room)
    if (action === 'discard') return discard(given, room)
    throw new UsageError(`${JSON.stringify(action)} is no action: give list or discard.`)
  },
}

async function list(given: Given, room: Room): Promise<number> {
  const position = wholeOption(given, 'position', 1)
  await using log = await open(given, room, { mode: 'read' })
  const consumer = given.text('consumer')
  if (consumer !== undefined) await isKnown(log, consumer, room)
  for (const letter of await log.deadLetters.list(consumer)) {
    if (position !== undefined && letter.position !== position) continue
    await room.out.line(given.flag('json') ? jsonOf(letter, log.catalog) : textOf(letter))
  }
  return 0
}

function jsonOf({ event, ...letter }: LoggedDeadLetter, catalog: Catalog): string {
  return safeJSON({
    ...letter,
    ...(event === undefined ? {} : { event: plainEvent(event, catalog) }),
  })
}

function textOf(letter: LoggedDeadLetter): string {
  const { consumer, position, event, attempts, failedAt, errors } = letter
  const parts = [
    String(position),
    event === undefined ? '(removed)' : event.type,
    consumer,
    counted(attempts, 'attempt'),
    timeOf({ timestamp: failedAt }),
    ...errors.slice(-1).map(({ name, message }) => `${name}: ${message}`),
  ]
  return onOneLine(parts.join('  '))
}

async function discard(given: Given, room: Room): Promise<number> {
  const consumer = given.text('consumer')
  if (consumer === undefined) throw new UsageError('discard needs --consumer name.')
  const position = wholeOption(given, 'position', 1)
  await using log = await open(given, room, { mode: 'change' })
  if (!(await isKnown(log, consumer, room))) return 1
  const discarded = await log.deadLetters.discard(consumer, position)
  await room.out.line(given.flag('json') ? safeJSON({ discarded }) : `${discarded} discarded`)
  return 0
}

/** Whether the log knows a consumer of this name; says so if it does not. */
async function isKnown(
  log: EventLog<EventSchemas>,
  consumer: string,
  room: Room,
): Promise<boolean> {
  const names = (await log.stats()).consumers.map(({ name }) => name)
  if (names.includes(consumer)) return true
  const closest = closestTo(consumer, names)
  const hint = closest === undefined ? '' : ` Did you mean ${JSON.stringify(closest)}?`
  room.note(`tradewire: The log has no consumer ${JSON.stringify(consumer)}.${hint}`)
  return false
}
