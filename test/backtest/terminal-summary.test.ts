import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { areaLines, resample } from '../../src/backtest/terminal-sparkline.ts'
import { summaryText } from '../../src/backtest/terminal-summary.ts'
import { madeUpRun } from './report-run.ts'

const widest = (text: string): number =>
  text.split('\n').reduce((most, line) => Math.max(most, line.length), 0)

describe('summaryText', () => {
  it('tells figures, equity and events in 80 columns', () => {
    const text = summaryText(madeUpRun())
    expect(widest(text)).toBeLessThanOrEqual(80)
    expect(text).toMatch(/^A made-up run\n2024-01-01 to 2024-01-10, 10 samples\n─{80}\n/)
    expect(text).toMatch(/Return +\+0\.70 % {4}Initial equity +1,000\.00 USD\n/)
    expect(text).toMatch(/Trades +2 {4}/)
    expect(text).toMatch(/Fees +5\.00 USD {4}/)
    expect(text).toContain('\nEquity, USD\n')
    expect(text).toMatch(/1,007 {2}.*█\n/)
    expect(text).toMatch(/2024-01-01 +2024-01-10\n/)
    expect(text).toMatch(
      /Events, 15 in all\nmarket\.new_bar +10 {2}━{38}\norder\.filled +5 {2}━{19}$/,
    )
    expect(text).not.toMatch(/NaN|Infinity|undefined/)
    expect(text).toBe(stripVTControlCharacters(text))
  })

  it('is as wide as it may be', () => {
    for (const width of [60, 61, 100, 200]) {
      const text = summaryText(madeUpRun({ capital: '123456789.12' }), { width })
      expect(widest(text)).toBe(width)
    }
  })

  it('says the same in colour', () => {
    for (const rise of [2, -2]) {
      const run = madeUpRun({ rise })
      const coloured = summaryText(run, { colour: true })
      expect(coloured).toContain(rise > 0 ? '\u001B[32m' : '\u001B[31m')
      // Spaces at the ends of lines differ, where they are coloured.
      const bare = stripVTControlCharacters(coloured).replaceAll(/ +$/gm, '')
      expect(bare).toBe(summaryText(run))
    }
  })

  it('tells of a run in which nothing happened, and leaves out what is not known', () => {
    const { eventCounts, ...run } = madeUpRun({ bars: 0 })
    expect(summaryText(run)).toContain('Nothing was seen')
    expect(summaryText(run)).not.toMatch(/Equity, |Events/)
    expect(summaryText({ ...run, eventCounts: new Map() })).toContain('Events, 0 in all')
    expect(eventCounts?.size).toBe(2)
  })

  it('lets no text move the cursor or break its columns', () => {
    const wild = `\u001B[2J\u0007${'x'.repeat(300)}\n`
    const text = summaryText({
      ...madeUpRun(),
      title: wild,
      currency: wild,
      eventCounts: new Map([[wild, 3]]),
    })
    expect(text).not.toMatch(/[^\P{C}\n]/u)
    expect(widest(text)).toBeLessThanOrEqual(80)
  })

  it('refuses options that cannot be', () => {
    expect(() => summaryText(madeUpRun(), { width: 59 })).toThrow(
      /width must be a whole number from 60 to 200/,
    )
    expect(() => summaryText(madeUpRun(), { color: true } as never)).toThrow(/no option "color"/)
  })
})

describe('resample', () => {
  it('takes what held at even distances in time', () => {
    const points = [
      { time: 0, value: 1 },
      { time: 90, value: 2 },
      { time: 100, value: 3 },
    ]
    expect(resample(points, 5)).toEqual([1, 1, 1, 1, 3])
    expect(resample(points, 1)).toEqual([1])
    expect(resample([], 5)).toEqual([])
  })
})

describe('areaLines', () => {
  it('draws from an eighth of the lowest line to the whole of the highest', () => {
    // Two lines are 16 eighths: 0 is 1 of them, 15 is 16.
    expect(areaLines([0, 7, 8, 15], 2)).toEqual(['  ▁█', '▁███'])
  })

  it('draws what is even in the middle', () => {
    expect(areaLines([5, 5], 2)).toEqual(['  ', '██'])
  })
})
