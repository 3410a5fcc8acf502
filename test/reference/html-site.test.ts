import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Page } from 'playwright-core'
import { defineEvents, z } from 'tradewire'
import { describe, expect, it, onTestFinished } from 'vitest'
import { htmlSite } from '../../src/reference/html-site.ts'
import { chromiumPath, inChromium } from '../support/chromium.ts'
import { catalog } from './many-kinds.ts'

const site = htmlSite(catalog, { title: 'My <bot>' })

/** The site of this many events in as many categories as asked for. */
function largeSite(events: number, categories: number): ReadonlyMap<string, string> {
  const event = { description: 'x', payload: z.strictObject({}), example: {} }
  const names = Array.from(
    { length: events },
    (_, index) => `part<${index % categories}>.event_${index}`,
  )
  const definitions = Object.fromEntries(names.map((name) => [name, event]))
  return htmlSite(defineEvents(definitions), { title: 'Large' })
}

const lengthOf = (texts: ReadonlyMap<string, string>): number => [...texts.values()].join('').length
const axe = fileURLToPath(import.meta.resolve('axe-core/axe.min.js'))

/** Writes the site to a folder with a strange name, and returns the address of its first page. */
function written(texts = site): string {
  const home = mkdtempSync(join(tmpdir(), 'tradewire-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  const folder = join(home, 'some where #1')
  mkdirSync(folder)
  for (const [name, text] of texts) writeFileSync(join(folder, name), text)
  return pathToFileURL(join(folder, 'index.html')).href
}

async function faultsOf(page: Page): Promise<unknown> {
  await page.addScriptTag({ content: readFileSync(axe, 'utf8') })
  return page.evaluate(`axe.run().then(({ violations }) => violations.map(({ id, nodes }) =>
    id + ': ' + nodes.map(({ html }) => html).slice(0, 3).join(' ')))`)
}

/** Names of events in tables that go on in another line. */
const brokenTypes = `[...document.querySelectorAll('td a')]
  .filter((link) => link.getClientRects().length > 1).map((link) => link.textContent)`

/** Cells of tables of more than two columns that a narrow screen does not show whole. */
const cutFields = `[...document.querySelectorAll('.stacked td')]
  .filter((cell) => cell.getBoundingClientRect().right > innerWidth).map((cell) => cell.textContent)`

const widerThanScreen =
  'document.documentElement.scrollWidth > document.documentElement.clientWidth'

describe('htmlSite', () => {
  it('has a page for each event, an index, one style and one script, and asks no host', () => {
    const names = [...site.keys()]
    expect(names.filter((name) => name.endsWith('.html'))).toHaveLength(catalog.entries.size + 1)
    expect(names.filter((name) => !name.endsWith('.html'))).toEqual(['style.css', 'script.js'])
    for (const [name, text] of site) {
      expect(dirname(name)).toBe('.')
      if (name.endsWith('.html')) expect(text).not.toMatch(/(?:src|href)="(?:[a-z]+:|\/)/)
    }
    expect(site.get('style.css')).not.toMatch(/url\(|@import/)
  })

  it('shows text of an author as text, whatever it holds', () => {
    const page = site.get('action.name.start.html')!
    expect(page).toContain('<title>action.{name}.start · My &lt;bot&gt;</title>')
    expect(page).toContain('<code>a|b</code>, &lt;b&gt;not bold&lt;/b&gt;, *not\nitalic*')
    expect(page).toContain('<td data-label="Field"><code>odd key|&lt;i&gt;</code></td>')
    expect(page).toContain('&lt;script&gt;\nline two</td>')
    expect(page.match(/<script/g)).toHaveLength(1)
  })

  it('shows the lives of orders as a table', () => {
    const page = site.get('index.html')!
    expect(page).toContain(
      '<td data-label="From">the start</td><td data-label="Event"><code>order.submitted</code></td><td data-label="To">submitted</td>',
    )
    expect(page).toContain(
      '<td data-label="From">placed, triggered, partly_filled</td><td data-label="Event"><code>order.filled</code></td>',
    )
    expect(page).toContain('<code>order.partial_fill</code>, <code>order.modified</code>')
    expect(page).not.toContain('stateDiagram')
  })

  it('marks the page that is shown', () => {
    expect(site.get('order.filled.html')).toContain(
      '<a href="order.filled.html" aria-current="page">order.<wbr>filled</a>',
    )
  })

  it.each([1, 300])('grows with its events, and not with their square (categories: %i)', (all) => {
    const [small, large] = [lengthOf(largeSite(300, all)), lengthOf(largeSite(900, all))]
    expect(large / small).toBeLessThan(3.1)
    const [, page] = [...largeSite(300, all).values()]
    expect(page).toContain('<a href="index.html">All events</a>')
  })
})

describe.runIf(chromiumPath)('htmlSite in a browser', { timeout: 120_000 }, () => {
  it('finds types and fields, from a file, and leads to their pages', async () => {
    const address = written()
    await inChromium(async (context) => {
      const page = await context.newPage()
      const asked: string[] = []
      const failed: unknown[] = []
      page.on('request', (request) => asked.push(request.url()))
      page.on('pageerror', (error) => failed.push(error))
      await page.goto(address)
      await page.keyboard.press('/')
      await page.keyboard.type('a/b')
      expect(await page.inputValue('#query')).toBe('a/b')
      await page.fill('#query', 'REMAININGq')
      expect(await page.textContent('#found')).toBe('2 found')
      expect(await page.textContent('#results')).toContain('order.filled remainingQuantity')
      await page.fill('#query', 'no such thing')
      expect(await page.textContent('#found')).toBe('Nothing is found.')
      expect(await page.isHidden('#results')).toBe(true)
      await page.fill('#query', 'order')
      expect(await page.textContent('#results a')).toContain('order')
      await page.press('#query', 'Escape')
      expect(await page.isHidden('#results')).toBe(true)
      await page.fill('#query', 'a/b')
      await page.press('#query', 'Enter')
      await page.waitForURL('**/a~2fb.c~3ad.html')
      expect(await page.textContent('h1')).toBe('a/b.c:d')
      await page.click('nav >> text=order.filled')
      await page.waitForURL('**/order.filled.html')
      expect(asked.every((url) => url.startsWith('file:'))).toBe(true)
      expect(failed).toEqual([])
    })
  })

  it('leads to every page of very many events', async () => {
    const address = written(largeSite(120, 3))
    await inChromium(
      async (context) => {
        const page = await context.newPage()
        await page.goto(address)
        expect(await page.locator('nav a').count()).toBe(121)
        expect(await page.textContent('nav [aria-current]')).toBe('Overview')
        expect(await page.isVisible('nav >> text=event_4')).toBe(false)
        await page.click('nav >> text="part<1>"')
        await page
          .locator('nav')
          .getByRole('link', { name: 'part<1>.event_4', exact: true })
          .click()
        await page.waitForURL('**/part~3c1~3e.event_4.html')
        expect(await page.textContent('nav [aria-current]')).toBe('part<1>.event_4')
        const shown = (name: string): Promise<boolean> =>
          page.locator('nav').getByRole('link', { name, exact: true }).isVisible()
        expect(await shown('part<1>.event_7')).toBe(true)
        expect(await shown('part<2>.event_5')).toBe(false)
        expect(await faultsOf(page)).toEqual([])
      },
      { viewport: { width: 1_280, height: 900 } },
    )
  })

  it('is light or dark as the system is or as was chosen, and remembers it', async () => {
    const address = written()
    await inChromium(
      async (context) => {
        const page = await context.newPage()
        const scheme = (): Promise<unknown> =>
          page.evaluate('getComputedStyle(document.documentElement).colorScheme')
        await page.goto(address)
        expect(await scheme()).toBe('dark')
        await page.click('#theme')
        expect(await scheme()).toBe('light')
        await page.click('nav >> text=order.filled')
        await page.waitForURL('**/order.filled.html')
        expect(await scheme()).toBe('light')
        await page.click('#theme')
        expect(await scheme()).toBe('dark')
      },
      { colorScheme: 'dark' },
    )
  })

  it.each(['light', 'dark'] as const)(
    'is accessible, and fits a phone (%s)',
    async (colorScheme) => {
      const address = written()
      await inChromium(
        async (context) => {
          const page = await context.newPage()
          for (const name of ['index', 'order.filled', 'action.name.start', 'kinds.all']) {
            await page.goto(new URL(`${name}.html`, address).href)
            expect({ name, wider: await page.evaluate(widerThanScreen) }).toEqual({
              name,
              wider: false,
            })
            expect({ name, broken: await page.evaluate(brokenTypes) }).toEqual({ name, broken: [] })
            expect({ name, cut: await page.evaluate(cutFields) }).toEqual({ name, cut: [] })
            // One row: the name, the search and the theme.
            const { height } = (await page.locator('header').boundingBox())!
            expect(height).toBeLessThan(70)
            expect(await page.isVisible('nav li')).toBe(false)
            expect({ name, faults: await faultsOf(page) }).toEqual({ name, faults: [] })
          }
          await page.setViewportSize({ width: 1_280, height: 900 })
          await page.goto(address)
          expect(await page.isVisible('nav li')).toBe(true)
          expect(await faultsOf(page)).toEqual([])
        },
        { colorScheme, viewport: { width: 360, height: 740 } },
      )
    },
  )
})
