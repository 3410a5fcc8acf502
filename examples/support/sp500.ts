import { fileURLToPath } from 'node:url'
import type { NewBar } from 'tradewire'
import { csvBars, type FileSource, type TimedPayload } from 'tradewire/backtest'

/**
 * Daily bars of the S&P 500 index, 2000 to 2020, from the npm package `vega-datasets`. Each bar is seen when its
 * session has closed, at 16:00 in New York.
 */
export function sp500(): FileSource<TimedPayload<'market.new_bar', NewBar>> {
  const path = new URL('../data/sp500-2000.csv', import.meta.resolve('vega-datasets'))
  return csvBars(fileURLToPath(path), {
    symbol: 'SPX',
    timeframe: '1d',
    timeZone: 'America/New_York',
    session: { open: '09:30', close: '16:00' },
  })
}

/** The same bars, all at once. */
export async function sp500Bars(): Promise<NewBar[]> {
  const bars: NewBar[] = []
  for await (const { data } of sp500()) bars.push(data)
  return bars
}
