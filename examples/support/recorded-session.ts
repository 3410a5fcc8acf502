import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { createBus, Decimal, type NewBar, SimulatedClock } from 'tradewire'
import { paperBroker, startDesk } from 'tradewire/desk'
import { type Consumer, type EventLog, type Recording, record } from 'tradewire/log'
import { movingAverage } from './moving-average-strategy.ts'

/**
 * Replays bars to a strategy and its broker, and records what happens from where the log ends.
 *
 * On a simulated clock the same bars give the same events with the same ids. So a session that goes on
 * after a crash plays from the first bar again, and begins to record behind the last event of the log.
 *
 * @param durable is told now and then how many events are known to be in the log.
 */
export async function runSession(
  log: EventLog,
  bars: readonly NewBar[],
  durable: (position: number) => void = () => {},
): Promise<void> {
  const clock = new SimulatedClock({ start: bars[0]!.timestamp })
  const bus = createBus({ clock, source: 'sp500-feed' })
  const desk = startDesk(bus, {
    broker: paperBroker(),
    positions: { initialCash: new Decimal(100_000) },
  })
  void movingAverage({ fast: 20, slow: 60 })(desk)

  const known = await lastSequence(log)
  let recording: Recording | undefined = known === 0 ? record(bus, log) : undefined
  const begin = bus.observe({
    onEmitted: ({ sequence }) => {
      if (sequence === known) recording = record(bus, log)
    },
  })
  for (const [day, bar] of bars.entries()) {
    await clock.advanceTo(bar.timestamp)
    bus.emitSync('market.new_bar', bar)
    if (day % 20 > 0 || recording === undefined) continue
    await recording.flush()
    durable(recording.stats.position)
  }
  begin.remove()
  await desk.close()
  await bus.close()
  await recording?.stop()
}

async function lastSequence(log: EventLog): Promise<number> {
  for await (const { event } of log.read({ order: 'backward', limit: 1 })) return event.sequence
  return 0
}

/**
 * Books fills, each once. The log hands them over at least once, and the book knows which it has: by
 * `tradeId`, which is written in one step with the booking.
 */
export function startBooking(log: EventLog, file: string): Promise<Consumer> {
  const booked = new Set(readBook(file).map(({ tradeId }) => tradeId))
  return log.consume(
    'booking',
    ({ data: { tradeId } }) => {
      appendFileSync(file, `${JSON.stringify({ tradeId, again: booked.has(tradeId) })}\n`)
      booked.add(tradeId)
    },
    { pattern: 'order.filled' },
  )
}

/** What `startBooking` was called with: which fills, and which of them it had booked before. */
export function readBook(file: string): { readonly tradeId: string; readonly again: boolean }[] {
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line) as { tradeId: string; again: boolean })
}
