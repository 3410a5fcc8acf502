import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { csvBars, runBacktest, type Strategy } from 'tradewire/backtest'
import { openLog } from 'tradewire/log'
import { zipOf } from '../backtest/source-files.ts'

/** Writes the files that pages read: the first 600 real bars of the S&P 500, and a few rows in other forms. */
export async function writeFiles(folder: string): Promise<void> {
  const path = new URL('../data/sp500-2000.csv', import.meta.resolve('vega-datasets'))
  const rows = readFileSync(fileURLToPath(path), 'utf8').split('\n').slice(0, 601)
  const bars = `${rows.join('\n')}\n`
  const files: Readonly<Record<string, string | Uint8Array>> = {
    'spx.csv': bars,
    'sp500.csv': bars,
    'bars.csv': bars,
    'btc-1m.csv': `time,open,high,low,close,volume\n${minutes}`,
    'btc-1m.zip': zipOf([{ name: 'btc-1m.csv', content: minutes }]),
    'trades.csv': trades,
    'eth-trades.csv.gz': gzipSync(trades),
    'quotes.csv': quotes,
    'sol.gz': gzipSync(capture),
    'dax.csv': dax,
  }
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
  for (const name of ['data', 'runs', 'out']) mkdirSync(join(folder, name))
  for (const run of ['before', 'after']) {
    await using log = await openLog(join(folder, `runs/${run}.db`))
    const bars = csvBars(join(folder, 'spx.csv'), { symbol: 'SPX', timeframe: '1d' })
    await runBacktest({ sources: [bars], strategy, log, until: Date.UTC(2000, 2) })
  }
}

/** Buys once. */
const strategy: Strategy = ({ bus, orders }) => {
  bus.once('market.new_bar', (event) => void orders.buy('SPX', '10', { cause: event }))
}

const minutes = `1640995200000,46216.93,46271.08,46208.37,46250.00,40.57
1640995260000,46250.01,46344.23,46234.39,46312.76,42.38
`

const trades = `time,price,size,side,id
1640995200012,3676.22,0.512,buy,1
1640995200240,3676.21,1.25,sell,2
1640995201007,3676.4,0.08,buy,3
`

const quotes = `time,bid_price,bid_size,ask_price,ask_size
1640995200012,3676.21,12.5,3676.22,3.1
1640995200240,3676.2,10,3676.22,2.75
`

const dax = `Datum;Eröffnung;Hoch;Tief;Schluss
03.01.2022;15.947,45;16.053,86;15.942,17;16.020,73
04.01.2022;16.062,36;16.176,15;16.059,34;16.152,61
`

const capture = `1641000000012345678 {"stream":"solusdt@trade","data":{"e":"trade","E":1641000000010,"T":1641000000009,"s":"SOLUSDT","t":7,"p":"170.25","q":"3.1","X":"MARKET","m":true}}
`
