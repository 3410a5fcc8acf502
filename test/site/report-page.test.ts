import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, describe, expect, it } from 'vitest'
import type { ReportInput } from '../../src/backtest/report-input.ts'
import { reportHtml } from '../../src/backtest/report.ts'
import { chromiumPath, inChromium } from '../support/chromium.ts'
import { madeUpRun } from '../backtest/report-run.ts'

const folder = mkdtempSync(join(tmpdir(), 'tradewire-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Opens the report of a run of 400 bars and 260 fills, and fails if it complains or asks for anything. */
async function open<Result>(
  visit: (page: Page) => Promise<Result>,
  input: ReportInput = madeUpRun({ bars: 400, fills: 260 }),
): Promise<Result> {
  const path = join(folder, 'report.html')
  writeFileSync(path, reportHtml(input))
  const complaints: string[] = []
  const asked: string[] = []
  const result = await inChromium(async (context) => {
    const page = await context.newPage()
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning')
        complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('request', (request) => asked.push(request.url()))
    await page.goto(pathToFileURL(path).href)
    return visit(page)
  })
  expect(complaints).toEqual([])
  expect(asked.filter((url) => !url.startsWith('blob:'))).toEqual([pathToFileURL(path).href])
  return result
}

/** How many different colours the pixels of the charts have. */
const colours = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const all = new Set<number>()
    for (const canvas of document.querySelectorAll('canvas')) {
      if (canvas.width === 0 || canvas.height === 0) continue
      const pixels = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height).data
      for (const pixel of new Uint32Array(pixels.buffer)) all.add(pixel)
    }
    return all.size
  })

const rowTexts = (page: Page, column: number): Promise<string[]> =>
  page.locator(`#trades tbody tr td:nth-child(${column})`).allTextContents()

describe.skipIf(chromiumPath === undefined)('the page of a report, in a browser', () => {
  it('draws its charts and tells the values at the end of the run', async () => {
    await open(async (page) => {
      await page.waitForFunction(() => document.querySelectorAll('#charts canvas').length > 2)
      await expect.poll(() => colours(page)).toBeGreaterThan(20)
      const legend = (): Promise<string | null> => page.locator('#legend').textContent()
      await expect.poll(legend).toMatch(/2025-02-04Equity 1,000\.00 USDDrawdown 0\.00 %/)
      expect(await legend()).toMatch(/SPX O 898\.00 {2}H 899\.00 {2}L 897\.00 {2}C 898\.00/)
      await page.getByRole('button', { name: 'Buy and hold' }).click()
      await expect.poll(legend).toContain('Buy and hold 8,980.00')
    })
  })

  it('tells equity and drawdown under the pointer, also between two points of a thinned curve', async () => {
    const run = madeUpRun({ bars: 400, fills: 0 })
    // Of 400 samples 10 are drawn, each 40 days after the one before it.
    const points = run.equity.points
      .filter((_, index) => index % 40 === 0)
      .map((point, index) => ({ ...point, value: 1000 + index }))
    await open(
      async (page) => {
        await page.waitForFunction(() => document.querySelectorAll('#charts canvas').length > 2)
        const { x, y, width } = (await page.locator('#charts').boundingBox())!
        const legend = page.locator('#legend')
        const told = new Set<string>()
        let before = await legend.textContent()
        for (let step = 1; step < 12; step += 1) {
          await page.mouse.move(x + (width * step) / 16, y + 60)
          await expect.poll(async () => legend.textContent()).not.toBe(before)
          before = await legend.textContent()
          const day = before!.trim().slice(0, 10)
          const days = (Date.parse(day) - points[0]!.time) / 86_400_000
          const value = 1000 + Math.floor(days / 40)
          expect(before).toContain(`Equity ${value.toLocaleString('en-US')}.00 USD`)
          expect(before).toContain('Drawdown 0.00 %')
          told.add(day)
        }
        expect(told.size).toBeGreaterThan(5)
      },
      { ...run, equity: { ...run.equity, points } },
    )
  })

  it('sorts the trades and turns their pages', async () => {
    await open(async (page) => {
      expect(await page.locator('#page').textContent()).toBe('Page 1 of 3')
      expect((await rowTexts(page, 1)).slice(0, 2)).toEqual(['1', '2'])
      const entry = page.getByRole('button', { name: 'Entry' })
      await entry.click()
      await entry.click()
      expect((await rowTexts(page, 6))[0]).toBe('618.00')
      await page.getByRole('button', { name: 'Next' }).click()
      expect(await page.locator('#page').textContent()).toBe('Page 2 of 3')
      expect((await rowTexts(page, 6))[0]).toBe('418.00')
    })
  })

  it('saves all trades as CSV', async () => {
    const text = await open(async (page) => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Save as CSV' }).click(),
      ])
      expect(download.suggestedFilename()).toBe('trades.csv')
      return readFileSync(await download.path(), 'utf8')
    })
    const lines = text.trimEnd().split('\r\n')
    expect(lines).toHaveLength(1 + 130)
    expect(lines[1]).toMatch(
      /^1,SPX,long,1,2024-01-02T23:00:00\.000Z,102,2024-01-03T23:00:00\.000Z,104,0,/,
    )
  })

  it('changes between light and dark', async () => {
    await open(async (page) => {
      const shade = (): Promise<string> =>
        page.evaluate(() => getComputedStyle(document.body).backgroundColor)
      const light = await shade()
      await page.getByRole('button', { name: 'Light / dark' }).click()
      expect(await shade()).not.toBe(light)
      expect(await page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark')
    })
  })

  it('fits a narrow screen', async () => {
    await open(async (page) => {
      await page.setViewportSize({ width: 390, height: 800 })
      const [width, visible] = await page.evaluate(() => [
        document.documentElement.scrollWidth,
        document.documentElement.clientWidth,
      ])
      expect(width).toBeLessThanOrEqual(visible)
    })
  })
})
