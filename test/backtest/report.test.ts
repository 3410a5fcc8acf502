import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Script } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { Decimal } from 'tradewire'
import { CandleSeries } from '../../src/backtest/report-candles.ts'
import type { ReportData } from '../../src/backtest/report-data.ts'
import type { ReportInput } from '../../src/backtest/report-input.ts'
import { reportHtml, writeReport } from '../../src/backtest/report.ts'
import { madeUpRun, monday } from './report-run.ts'

const hostile = `</script><img src=x onerror="alert('1')">&amp;`

interface Element {
  readonly attributes: string
  readonly text: string
}

/** The elements of a name, as a parser of HTML finds them that only knows where they end. */
function elements(html: string, name: string): Element[] {
  const pattern = new RegExp(`<${name}([^>]*)>([\\s\\S]*?)</${name}>`, 'g')
  return [...html.matchAll(pattern)].map(([, attributes, text]) => ({
    attributes: attributes!,
    text: text!,
  }))
}

function dataOf(html: string): ReportData {
  const data = elements(html, 'script').find(({ attributes }) => attributes.includes('id="data"'))
  return JSON.parse(data!.text) as ReportData
}

const programs = (html: string): string[] =>
  elements(html, 'script')
    .filter(({ attributes }) => attributes === '')
    .map(({ text }) => text)

/** What stands in the page outside of its scripts and its style. */
const bodyOf = (html: string): string =>
  html.replaceAll(/<(script|style)[^>]*>[\s\S]*?<\/\1>/g, '').split('<details>')[0]!

const coded = (code: string, message: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(message) })

describe('reportHtml', () => {
  it('tells the key figures, with their exact values to point at', () => {
    const run = madeUpRun()
    const html = bodyOf(reportHtml(run))
    // Bought at 102, sold at 104, bought at 106, sold at 108, each with a fee of 1: nothing gained; the
    // fifth fill buys at 110 and costs 1, and the last price is 118.
    expect(run.statistics.profit.toFixed()).toBe('7')
    expect(html).toContain('<dt>Return</dt><dd><div class="value gain" title="7">+0.70 %</div>')
    expect(html).toContain('<div class="note">+7.00 USD</div>')
    expect(html).toContain(
      '<dt>Trades</dt><dd><div class="value">2</div><div class="note">and 1 open</div>',
    )
    expect(html).toContain('<dt>Fees</dt><dd><div class="value" title="5">5.00</div>')
    expect(html).toContain('2024-01-01 to 2024-01-10, 10 samples')
    for (const name of [
      'Annual return',
      'Max drawdown',
      'Sharpe',
      'Sortino',
      'Win rate',
      'Exposure',
    ]) {
      expect(html).toContain(`<dt>${name}</dt>`)
    }
    expect(html).not.toMatch(/NaN|Infinity|undefined|\[object/)
  })

  it('lists trades, figures, events and facts for readers without JavaScript', () => {
    const html = bodyOf(reportHtml(madeUpRun()))
    const [trades, events] = elements(html, 'tbody')
    const rows = elements(trades!.text, 'tr')
    expect(rows).toHaveLength(3)
    expect(rows[0]!.text).toContain('<td title="102">102.00</td>')
    expect(rows[0]!.text).toContain('<td>2024-01-02 23:00</td>')
    expect(rows[2]!.text).toContain('<td class="gain" title="7">+7.00</td>')
    expect(rows[2]!.text).toContain('<td>–</td>')
    expect(events!.text).toMatch(
      /market\.new_bar<\/td><td>10<.*width:100\.00%[\s\S]*order\.filled<\/td><td>5<.*width:50\.00%/,
    )
    expect(html).toContain('<dt>event log, SHA-256</dt><dd>c0ffee</dd>')
    expect(elements(html, 'noscript')[0]!.text).toMatch(
      /need JavaScript.*<svg.*<polyline points="0\.0,/s,
    )
  })

  it('draws equity, prices and trades, times in seconds', () => {
    const data = dataOf(reportHtml(madeUpRun({ bars: 4 })))
    const day = (count: number): number => monday / 1000 + count * 86_400
    expect(data.equity.map(([time]) => time)).toEqual([1, 2, 3, 4].map(day))
    expect(data.equity[0]![1]).toBe(1000)
    expect(data.prices).toHaveLength(1)
    expect(data.prices[0]).toMatchObject({ symbol: 'SPX', line: false })
    expect(data.prices[0]!.candles[1]).toEqual([day(2), 102, 103, 101, 102])
    expect(data.trades[0]).toEqual([
      1,
      'SPX',
      'long',
      '1',
      monday + 2 * 86_400_000 - 3_600_000,
      '102',
      monday + 3 * 86_400_000 - 3_600_000,
      '104',
      '0',
      0,
      1,
      86_400_000,
      '2',
      null,
    ])
    expect(data.trades[1]!.slice(6, 8)).toEqual([null, null])
  })

  it('names the currency of a trade that is not that of the account', () => {
    const run = madeUpRun()
    const [first, ...others] = run.trades
    const page = reportHtml({ ...run, trades: [{ ...first!, currency: '<EUR>' }, ...others] })
    // What it gained, and what it cost.
    expect(page.match(/ &lt;EUR&gt;<\/td>/g)).toHaveLength(2)
    expect(dataOf(page).trades.map((row) => row[13])).toEqual(['<EUR>', ...others.map(() => null)])
  })

  it('draws a line where there are only closes', () => {
    const data = dataOf(reportHtml(madeUpRun({ bars: 2, closesOnly: true })))
    expect(data.prices[0]).toMatchObject({ line: true })
    expect(data.prices[0]!.candles[1]).toEqual([monday / 1000 + 2 * 86_400, 102])
  })

  it('lets nothing of a hostile run mean anything', () => {
    const run = madeUpRun({ symbol: hostile })
    const html = reportHtml({
      ...run,
      title: hostile,
      currency: hostile,
      eventCounts: new Map([[hostile, 1]]),
      facts: { [hostile]: hostile },
    })
    expect(bodyOf(html)).not.toMatch(/<img|onerror="/)
    // Data, library, script: none of them was ended early.
    expect(elements(html, 'script')).toHaveLength(3)
    expect(html.match(/<\/script/g)).toHaveLength(3)
    const data = dataOf(html)
    expect(data.title).toBe(hostile)
    expect(data.trades[0]![1]).toBe(hostile)
    expect(elements(html, 'title')[0]!.text).toBe(
      '&lt;/script&gt;&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;amp;',
    )
  })

  it('lets no script run but its own two, and loads nothing', () => {
    const html = reportHtml(madeUpRun())
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)![1]!
    const hashes = programs(html).map(
      (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`,
    )
    expect(hashes).toHaveLength(2)
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      `script-src ${hashes.join(' ')}`,
      "style-src 'unsafe-inline'",
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
    ])
    expect(bodyOf(html)).not.toMatch(/<(?:link|iframe|img|object|embed)\b|\ssrc=|@import|url\(/)
    // A handler in an attribute is a script, too.
    expect(bodyOf(html)).not.toMatch(/\son\w+=/)
  })

  it('has scripts that a browser can read, whatever its parser does with comments', () => {
    for (const text of programs(reportHtml(madeUpRun()))) {
      expect(new Script(text)).toBeInstanceOf(Script)
      expect(text).not.toContain('<!--')
      expect(text).not.toContain('\r')
    }
  })

  it('finds in the page every element that its script asks for', () => {
    const html = reportHtml(madeUpRun())
    const script = programs(html)[1]!
    const asked = new Set(
      [...script.matchAll(/(?:byId|getElementById|toggle)\('(\w+)'/g)].map(([, id]) => id!),
    )
    expect(asked.size).toBeGreaterThan(12)
    for (const id of asked) expect(html).toContain(`id="${id}"`)
  })

  it('keeps the notice and the licence of the charts', () => {
    const html = reportHtml(madeUpRun())
    expect(programs(html)[0]).toMatch(
      /^\/\*![\s\S]*TradingView Lightweight Charts[\s\S]*Apache License 2\.0/,
    )
    expect(html).toContain('<a href="https://www.tradingview.com/">')
    expect(html).toContain('TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION')
  })

  it('stays small for long runs, and tells what it leaves out', () => {
    const short = madeUpRun({ bars: 6000, fills: 4, rise: 0.01 })
    const run = { ...short, trades: Array.from({ length: 5500 }, () => short.trades[0]!) }
    const html = reportHtml({ ...run, prices: Array.from({ length: 9 }, () => run.prices![0]!) })
    const data = dataOf(html)
    expect(data.equity.length).toBeLessThanOrEqual(4096)
    expect(data.prices).toHaveLength(8)
    expect(data.prices[0]!.candles.length).toBeLessThanOrEqual(5120)
    expect(data.trades).toHaveLength(5000)
    expect(elements(elements(bodyOf(html), 'tbody')[0]!.text, 'tr')).toHaveLength(200)
    expect(Buffer.byteLength(reportHtml(run))).toBeLessThan(2_000_000)
    for (const note of [
      /The equity chart draws [\d,]+ of 6,000 samples/,
      /Each candle of SPX stands for 2 of its 6,000 prices/,
      /Prices of 8 of 9 symbols are drawn/,
      /The first 5,000 of 5,500 trades are listed and drawn/,
      /The first 200 of 5,500 trades/,
    ]) {
      expect(html).toMatch(note)
    }
  })

  it('says nothing of omissions where there are none', () => {
    expect(bodyOf(reportHtml(madeUpRun()))).not.toContain('class="notes">')
  })

  it('has a page for a run in which nothing happened', () => {
    const { title, currency, equity, statistics, trades } = madeUpRun({ bars: 0 })
    const html = reportHtml({ title, currency, equity, statistics, trades })
    expect(html).toContain('Nothing was seen')
    expect(html).toContain('There were none.')
    expect(bodyOf(html)).not.toContain('The run</h2>')
    expect(bodyOf(html)).not.toContain('Events <')
    expect(dataOf(html)).toMatchObject({ equity: [], prices: [], trades: [] })
    expect(bodyOf(html)).not.toMatch(/NaN|Infinity|undefined/)
  })

  it('tells times to the second where a trade lasts less than an hour', () => {
    const run = madeUpRun()
    const times = (html: string): (string | undefined)[] =>
      [...bodyOf(html).matchAll(/<td>(\d{4}-\d\d-\d\d [\d:]+)<\/td>/g)].map(([, time]) => time)
    const shown = times(reportHtml(run))
    expect(shown[0]).toBe('2024-01-02 23:00')
    const [first, ...others] = run.trades
    const quick = { ...first!, durationMs: 3_599_999 }
    const html = reportHtml({ ...run, trades: [quick, ...others] })
    expect(times(html)).toEqual(shown.map((time) => `${time}:00`))
  })

  it('says of how long the deepest fall was from where to where', () => {
    const run = madeUpRun({ rise: -2 })
    expect(bodyOf(reportHtml(run))).toMatch(/<div class="note">\d+ d from the peak, not recovered</)
    const maxDrawdown = { ...run.statistics.maxDrawdown!, recoveredAt: monday }
    const recovered = { ...run, statistics: { ...run.statistics, maxDrawdown } }
    expect(bodyOf(reportHtml(recovered))).toMatch(/<div class="note">\d+ d from peak to recovery</)
  })

  it('refuses a title, facts and a path that are no texts', async () => {
    const run = madeUpRun()
    for (const [wrong, message] of [
      [{ title: 5 }, 'title must be a string, but is 5.'],
      [{ facts: 'seed' }, 'facts must be an object of { name: text }, but is "seed".'],
      [{ facts: null }, 'but is null.'],
      [{ facts: ['7'] }, 'but is an array of 1.'],
      [{ facts: { seed: 7 } }, 'but "seed" is 7. Give String(value)'],
    ] as const) {
      const refused = coded('CONFIGURATION', message)
      expect(() => reportHtml({ ...run, ...(wrong as object) })).toThrow(refused)
    }
    await expect(writeReport(5 as never, run)).rejects.toThrow(
      coded('CONFIGURATION', 'path must be a string'),
    )
  })

  it('tells losses, money without a share, and what did not recover', () => {
    const losing = bodyOf(reportHtml(madeUpRun({ rise: -2 })))
    expect(losing).toMatch(/<div class="value loss" title="-\d+">−\d/)
    expect(losing).toContain('Max drawdown, recovered</dt><dd>not yet')
    expect(losing).toContain(
      '<dt>Profit factor</dt><dd><div class="value loss" title="0">0.00</div>',
    )
    expect(losing).toMatch(/<td class="loss" title="-4">−4\.00<\/td><td class="loss">−4\.08 %/)
    // An account of nothing that falls: in money.
    const bare = bodyOf(reportHtml(madeUpRun({ capital: '0', rise: -2 })))
    expect(bare).toMatch(
      /<dt>Max drawdown<\/dt><dd><div class="value loss" title="-\d+">−\d+\.00<\/div>/,
    )
    // Long enough to be annual, too short to mean much; even, so its picture is a line in the middle.
    const even = reportHtml(madeUpRun({ bars: 40, fills: 0, rise: 0 }))
    expect(even).toContain('under a year: says little')
    expect(even).toContain('never below a peak')
    expect(even).toContain('1000.0,130.0"')
  })

  it('shows events and facts alone where the other is missing', () => {
    const { facts, eventCounts, ...run } = madeUpRun()
    expect(reportHtml({ ...run, facts })).not.toContain('class="pair"')
    expect(reportHtml({ ...run, eventCounts })).not.toContain('class="pair"')
    expect(reportHtml({ ...run, eventCounts: new Map([['a', 0]]) })).toContain('width:0.00%')
  })

  it('names periods that are no days, and prices that are small', () => {
    const run = madeUpRun()
    const [trade] = run.trades
    const small: ReportInput = {
      ...run,
      statistics: { ...run.statistics, periods: { perYear: 12, kind: 'months', count: 3 } },
      trades: [
        {
          ...trade!,
          quantity: new Decimal('0.123456789'),
          entryPrice: new Decimal('0.00001234567'),
          exitPrice: new Decimal(0),
          returnPercent: undefined,
          fees: new Decimal('-0.001234'),
        },
      ],
    }
    const html = bodyOf(reportHtml(small))
    expect(html).toContain('<dt>Best period</dt>')
    expect(html).toContain('3 months <span class="note">12 a year</span>')
    expect(html).toContain('<td title="0.123456789">0.123457</td>')
    expect(html).toContain('<td title="0.00001234567">0.0000123457</td>')
    expect(html).toContain('<td title="0">0.00</td>')
    expect(html).toContain('<td title="-0.001234">−0.001234</td>')
  })
})

describe('writeReport', () => {
  it('writes the page, into folders that it makes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tradewire-'))
    try {
      const path = join(folder, 'out', 'of', 'here', 'report.html')
      const run = madeUpRun()
      await writeReport(path, run)
      expect(readFileSync(path, 'utf8')).toBe(reportHtml(run))
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('CandleSeries', () => {
  it('keeps every bar where these are few', () => {
    const series = new CandleSeries('SPX')
    series.price(1, new Decimal(5))
    series.price(2, new Decimal(6))
    expect(series.history()).toEqual({
      symbol: 'SPX',
      seen: 2,
      perCandle: 1,
      candles: [5, 6].map((value, index) => {
        const price = new Decimal(value)
        return { time: index + 1, open: price, high: price, low: price, close: price }
      }),
    })
  })

  it('takes prices of one time together, so that times rise', () => {
    const series = new CandleSeries('SPX')
    for (const price of [5, 9, 3, 4]) series.price(7, new Decimal(price))
    const [candle, ...others] = series.history().candles
    expect(others).toEqual([])
    expect(Object.values(candle!).map(Number)).toEqual([7, 5, 9, 3, 4])
  })

  it('makes one candle of two when there are too many, and loses no high or low', () => {
    const series = new CandleSeries('SPX')
    const count = 23_456
    const value = (index: number): number => 1000 + ((index * 7919) % 997)
    for (let index = 0; index < count; index += 1) series.price(index, new Decimal(value(index)))
    const { candles, perCandle, seen } = series.history()
    expect([perCandle, seen]).toEqual([8, count])
    expect(candles.length).toBe(Math.ceil(count / 8))
    for (const [at, candle] of candles.entries()) {
      const prices = Array.from({ length: Math.min(8, count - 8 * at) }, (_, index) =>
        value(8 * at + index),
      )
      expect(Object.values(candle).map(Number)).toEqual([
        8 * at + prices.length - 1,
        prices[0],
        Math.max(...prices),
        Math.min(...prices),
        prices.at(-1),
      ])
    }
  })
})
