import type { PaperBrokerOptions } from '../../src/desk/paper-options.ts'
import { barOf, runVenue, type VenueRun } from './paper-venue-run.ts'

/** A venue of which the bar from 0 s to 60 s is known: 100 101 99 100. */
export async function opened(options: PaperBrokerOptions = {}): Promise<VenueRun> {
  const run = runVenue(options)
  await run.bar('100 101 99 100')
  return run
}

/** A bar that ends now. */
export function past(run: VenueRun, ohlc: string, lengthMs: number, timeframe: string): void {
  const openTime = run.clock.now() - lengthMs
  const times = { timeframe, timestamp: run.clock.now() }
  run.bus.emitSync('market.new_bar', barOf(ohlc, openTime, times))
}
