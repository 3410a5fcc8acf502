import type { EventSchemas } from '../events/definition.ts'
import type { EventLog } from '../log/event-log.ts'
import { traceToMermaid } from '../log/mermaid.ts'
import { trace } from '../log/trace.ts'
import { printTrace } from '../log/trace-print.ts'
import type { Command, Given, Room } from './command.ts'
import { safeJSON } from './entry-text.ts'
import { wholeOption } from './filters.ts'
import { open, openOptions } from './open.ts'
import { UsageError } from './usage-error.ts'

export const traceCommand: Command = {
  name: 'trace',
  summary:
    'Shows what happened because of what: the causal tree of a chain, by its id, or by the position or the id of any of its events. tradewire log read shows positions, and ids with --json.',
  positionals: ['<file>', '[id|position]'],
  options: {
    order: {
      value: 'id',
      help: 'The chain of the newest event with this orderId, in place of an id or a position.',
    },
    limit: { value: 'count', help: 'At most so many events. Default: 100000.' },
    mermaid: { help: 'As a flowchart in the language of Mermaid. Default: text.' },
    json: { help: 'As one JSON object. Default: text.' },
    ...openOptions,
  },
  example: 'tradewire log trace trades.db 1042',
  async run(given, room) {
    if (given.flag('mermaid') && given.flag('json')) {
      throw new UsageError('Give one of --mermaid and --json.')
    }
    requireOne(given)
    const limit = wholeOption(given, 'limit', 1)
    await using log = await open(given, room, { mode: 'read' })
    const options = { signal: room.signal, ...(limit === undefined ? {} : { limit }) }
    const key = await keyOf(log, given, room)
    if (key === undefined) {
      room.note(`No event has the orderId ${JSON.stringify(given.text('order'))}.`)
      return 1
    }
    const tree = await trace(log, key, options)
    if (given.flag('json')) await room.out.line(safeJSON(tree))
    else if (given.flag('mermaid')) await room.out.line(traceToMermaid(tree).trimEnd())
    else await room.out.line(printTrace(tree, { colour: room.colour }))
    if (tree.events > 0) return 0
    room.note('tradewire log read shows the positions of events, and with --json their ids.')
    return 1
  },
}

function requireOne(given: Given): void {
  const found = [given.positionals[1], given.text('order')].filter((one) => one !== undefined)
  if (found.length === 1) return
  throw new UsageError('Give one of: the id of a chain or an event, a position, --order id.')
}

/** What `trace` finds the chain by; undefined if no event has that order. */
function keyOf(
  log: EventLog<EventSchemas>,
  given: Given,
  { signal }: Room,
): Promise<string | undefined> {
  const [, id] = given.positionals
  return id === undefined
    ? newestOf(log, given.text('order')!, signal)
    : byPosition(log, id, signal)
}

/** The chain of the event at a position; what is no position, or is a chain of this name, stays as it is. */
async function byPosition(
  log: EventLog<EventSchemas>,
  id: string,
  signal: AbortSignal,
): Promise<string> {
  const from = Number(id)
  if (!/^[1-9]\d*$/.test(id) || !Number.isSafeInteger(from)) return id
  for await (const _ of log.readEncoded({ correlationId: id, limit: 1, signal })) return id
  for await (const { position, event } of log.readEncoded({ from, limit: 1, signal })) {
    if (position === from) return event.correlationId
  }
  return id
}

/** The chain of the newest event whose payload names this order. */
async function newestOf(
  log: EventLog<EventSchemas>,
  order: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  for await (const { event } of log.readEncoded({ order: 'backward', signal })) {
    // Events of one's own may have anything there, such as a number.
    const { orderId } = Object(event.data) as { readonly orderId?: unknown }
    const text = typeof orderId === 'number' ? String(orderId) : orderId
    if (text === order) return event.correlationId
  }
  return undefined
}
