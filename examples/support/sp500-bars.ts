import { readFileSync } from 'node:fs'
import { Decimal, type NewBar } from 'tradewire'

export const symbol = 'SPX'

/**
 * Daily bars of the S&P 500 index, 2000 to 2020, from the npm package `vega-datasets`.
 *
 * Sessions are taken to last from 14:30 to 21:00 UTC, which is 9:30 to 16:00 in New York in winter.
 * In summer they begin and end an hour earlier, and a few end early: no decision here depends on it.
 */
export function readSp500Bars(): NewBar[] {
  const [header, ...rows] = readFileSync(csvUrl(), 'utf8').trim().split('\n')
  if (header?.trim() !== 'date,open,high,low,close,adjclose,volume') {
    throw new Error(`Expected other columns in ${csvUrl().pathname}, found: ${header}`)
  }
  return rows.map(toBar)
}

function toBar(row: string): NewBar {
  const [date, open, high, low, close, , volume] = row.trim().split(',') as Columns
  return {
    symbol,
    timeframe: '1d',
    openTime: Date.parse(`${date}T14:30:00Z`),
    timestamp: Date.parse(`${date}T21:00:00Z`),
    // Text becomes a Decimal without a stop at a floating-point number, so no digit is lost.
    open: new Decimal(open),
    high: new Decimal(high),
    low: new Decimal(low),
    close: new Decimal(close),
    volume: new Decimal(volume),
  }
}

type Columns = [string, string, string, string, string, string, string]

function csvUrl(): URL {
  return new URL('../data/sp500-2000.csv', import.meta.resolve('vega-datasets'))
}
