import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { BrowserContext, Page } from 'playwright-core'
import { tradingEvents } from 'tradewire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath, inChromium } from '../support/chromium.ts'
import { faultsOf } from './access-faults.ts'
import { type BuiltSite, buildSite } from './built.ts'
import { readHtml } from './html.ts'
import { complaintsOf } from './links.ts'
import { served } from './served.ts'
import { errorsOf, goTo, looksFor, resultsOf, search } from './visits.ts'

let site: BuiltSite
let browser: BrowserContext
beforeAll(async () => {
  site = await buildSite()
}, 300_000)
afterAll(() => site[Symbol.dispose]())

/** One page of each kind. */
const kinds = [
  'index.html',
  'guides/delivery.html',
  'events/events.html',
  'events/order.filled.html',
  'asyncapi.html',
  'api/tradewire/Bus.html',
  'api/tradewire/log.html',
  'modules.html',
  'project/bench.html',
  'decisions/0001-errors-below-time.html',
]

/** Where each part of the theme is: it takes long to look at all of a page. */
const looked = [
  'index.html',
  'events/order.filled.html',
  'api/tradewire/Bus.html',
  'decisions/0001-errors-below-time.html',
]

describe('the site', () => {
  it('is built without a warning', () => {
    expect(site.output).toMatch(/Open .*index\.html\n$/)
    expect(site.output).not.toMatch(/warn|error:/i)
    expect(site.exitCode).toBe(0)
  })

  it('has no link that leads nowhere, and asks no other host for anything', () => {
    expect(complaintsOf(site.folder)).toEqual([])
  }, 60_000)

  it('has a page and a schema for each event', () => {
    for (const name of tradingEvents.entries.keys()) {
      expect(site.folder).toSatisfy((folder: string) =>
        existsSync(join(folder, `events/${name}.html`)),
      )
      const schema = readFileSync(join(site.folder, `schemas/${name}.schema.json`), 'utf8')
      expect(JSON.parse(schema)).toMatchObject({ $id: `${name}.schema.json` })
    }
  })

  it('links the page of each event and the page of its payload interface to each other', () => {
    const linksOf = (path: string): readonly (string | undefined)[] =>
      readHtml(readFileSync(join(site.folder, path), 'utf8'))
        .elements.filter(({ name }) => name === 'a')
        .map(({ attributes }) => attributes.get('href'))
    for (const name of tradingEvents.entries.keys()) {
      const payload = payloadPageOf(name)
      expect(linksOf(`events/${name}.html`)).toContain(`../${payload}`)
      expect(linksOf(payload)).toContain(`../../events/${name}.html`)
    }
  })

  it('has the AsyncAPI document that its page shows', () => {
    const text = readFileSync(join(site.folder, 'asyncapi.json'), 'utf8')
    expect(JSON.parse(text)).toMatchObject({ asyncapi: '3.0.0' })
    const page = readFileSync(join(site.folder, 'asyncapi.html'), 'utf8')
    for (const name of tradingEvents.entries.keys()) {
      expect(page).toContain(`id="operation-send-${name}"`)
    }
    const neighbours = /<p[^>]*>([^<]+)<\/p>(?=(?:\s|<\/?div[^>]*>)*<p[^>]*>([^<]+)<\/p>)/g
    for (const [, first, second] of page.matchAll(neighbours)) {
      expect(second!.replaceAll('&#x27;', "'")).not.toBe(first)
    }
  })

  it('colours no code whose language is not said', () => {
    const page = readFileSync(join(site.folder, 'project/contributing.html'), 'utf8')
    const blocks = Array.from(page.matchAll(/<pre[^>]*>(.*?)<\/pre>/gs), ([, code]) => code!)
    const tree = blocks.find((code) => code.includes('index.ts  legacy.ts'))
    expect(tree).toContain('decorators, error boundaries')
    expect(tree).not.toContain('class="hl')
  })

  it('draws every Mermaid block', () => {
    const page = readFileSync(join(site.folder, 'guides/delivery.html'), 'utf8')
    expect(page.match(/<figure class="diagram"/g)).toHaveLength(2)
    expect(page).not.toContain('language-mermaid')
    expect(page).not.toContain('mermaid">')
  })
})

/** The page of the interface of a payload: `MarketNewBar`, or where there is none `NewBar`. */
function payloadPageOf(event: string): string {
  const words = event.split(/[._]/).map((word) => word[0]!.toUpperCase() + word.slice(1))
  const pages = [words, words.slice(1)].map((name) => `api/tradewire/${name.join('')}.html`)
  return pages.find((page) => existsSync(join(site.folder, page)))!
}

describe.skipIf(chromiumPath === undefined)('the site in Chromium', () => {
  // One browser for all, as it takes long to start. Each test has an origin of its own, so none sees what another stored.
  const closing = Promise.withResolvers<void>()
  let browsing: Promise<void>
  beforeAll(async () => {
    const started = Promise.withResolvers<void>()
    browsing = inChromium(async (context) => {
      browser = context
      started.resolve()
      await closing.promise
    })
    await Promise.race([started.promise, browsing])
  }, 60_000)
  afterAll(async () => {
    closing.resolve()
    await browsing
  })

  it('works below any path and as files, without an error or a request elsewhere', async () => {
    await using server = await served(site.folder, '/some/prefix/')
    const files = `${pathToFileURL(site.folder).href}/`
    const asked: string[] = []
    browser.on('request', (request) => asked.push(request.url()))
    for (const base of [server.url, files]) {
      for (const path of kinds) expect(await errorsOf(browser, base + path)).toEqual([])
    }
    browser.removeAllListeners('request')
    const elsewhere = asked.filter(
      (url) => !url.startsWith(server.url) && !url.startsWith(files) && !url.startsWith('data:'),
    )
    expect(elsewhere).toEqual([])
  }, 300_000)

  it('finds the page of an event by its type, and goes there', async () => {
    await onSite('guides/delivery.html', async (page) => {
      const first = await search(page, 'position.closed')
      await expect.poll(first).toMatch(/events\/position\.closed\.html$/)
      await page.click('#tsd-search-results > li a')
      await page.waitForURL('**/events/position.closed.html')
      expect(await page.textContent('h1')).toContain('position.closed')
    })
  })

  it('finds events by a word of their type and by a field, and guides by their title', async () => {
    await onSite('index.html', async (page) => {
      const wanted = {
        'order.filled': /events\/order\.filled\.html$/,
        filled: /events\/order\.filled\.html$/,
        replaying: /guides\/replay\.html$/,
      }
      for (const [query, address] of Object.entries(wanted)) {
        await expect.poll(await search(page, query)).toMatch(address)
      }
      await search(page, 'averageEntryPrice')
      await page.waitForSelector('#tsd-search-results a[href*="events/position.updated.html"]')
    })
  })

  it('finds guides by what readers look for, and error codes where they are told of', async () => {
    await onSite('index.html', async (page) => {
      for (const [query, among, address] of looksFor) {
        const found = await resultsOf(page, query)
        await expect
          .poll(async () => (await found()).slice(0, among).some((url) => address.test(url)), {
            message: query,
          })
          .toBe(true)
        expect(await page.textContent('#tsd-search-results')).not.toContain('__type')
      }
    })
  })

  it('opens what is found first by Enter', async () => {
    await onSite('index.html', async (page) => {
      await search(page, 'EVENT_INVALID')
      await page.press('#tsd-search-input', 'Enter')
      await page.waitForURL('**/guides/*.html*')
      expect(page.url()).toMatch(/guides\/troubleshooting\.html#event_invalid$/)
    })
  })

  it('keeps the AsyncAPI page below its header', async () => {
    await onSite('asyncapi.html', async (page) => {
      const covered = await page.evaluate(() => {
        const places: number[] = []
        for (let y = 800; y < 5_000; y += 100) {
          scrollTo({ top: y, behavior: 'instant' })
          if (scrollY !== y) throw new Error(`the page ends before ${y}`)
          const top = document.elementFromPoint(400, 20)
          if (top?.closest('header') === null) places.push(y)
        }
        return places
      })
      expect(covered).toEqual([])
    })
  })

  it('has a page of its modules, and each in a row of the sidebar', async () => {
    await onSite('modules.html', async (page) => {
      expect(await page.textContent('h1')).toBe('API')
      expect(
        await page.getAttribute('.site-menu .tsd-navigation > a:text-is("tradewire")', 'href'),
      ).toBe('./index.html')
      await page.waitForSelector('.site-menu a.current:has-text("Overview")')
      expect(await page.innerHTML('.tsd-page-navigation a:has-text("legacy")')).toContain(
        'tradewire/<wbr>legacy',
      )
      const modules = ['', '/backtest', '/desk', '/handlers', '/legacy', '/log', '/testing']
      const names = modules.map((name) => `tradewire${name}`)
      expect(
        await page.locator('dt .tsd-member-summary-name > a:first-of-type').allTextContents(),
      ).toEqual(names)
      for (const text of await page.locator('dd.tsd-member-summary').allTextContents()) {
        expect(text).toMatch(/\w+.*\./)
      }
      const rows = page.locator(
        '.site-menu details:has(> summary:has-text("API")) > div > ul > li > a',
      )
      expect(await rows.allTextContents()).toEqual(['Overview', ...names])
    })
  })

  it('leads from the sidebar to a page, and marks where one is', async () => {
    await onSite('index.html', async (page) => {
      await page.click('.site-menu summary:has-text("Guides")')
      await page.click('.site-menu a:has-text("From backtest to live")')
      await page.waitForURL('**/guides/live.html')
      await page.waitForSelector('.site-menu a.current:has-text("From backtest to live")')
      expect(await page.textContent('#tsd-toolbar-links [aria-current]')).toBe('Guides')
    })
  })

  it('changes to the dark theme and remembers it', async () => {
    await onSite('index.html', async (page) => {
      const background = (): Promise<string> =>
        page.evaluate(() => getComputedStyle(document.body).backgroundColor)
      const light = await background()
      await page.click('#theme-button')
      const dark = await background()
      expect(dark).not.toBe(light)
      await goTo(page, new URL('events/order.filled.html', page.url()).href)
      expect(await background()).toBe(dark)
      expect(await page.inputValue('#tsd-theme')).toBe('dark')
      await page.click('#theme-button')
      expect(await background()).toBe(light)
    })
  })

  it('never scrolls sideways on a telephone, and opens its menu', async () => {
    await onSite('index.html', async (page) => {
      await page.setViewportSize({ width: 390, height: 844 })
      const wide: string[] = []
      for (const path of kinds) {
        await goTo(page, new URL(path, page.url().replace(/\/site\/.*/, '/site/')).href)
        const width = await page.evaluate(() => document.documentElement.scrollWidth)
        if (width > 390) wide.push(`${path}: ${width}`)
      }
      expect(wide).toEqual([])
      expect(await page.isVisible('.site-menu')).toBe(false)
      await page.click('#tsd-toolbar-menu-trigger')
      await page.waitForSelector('.site-menu', { state: 'visible' })
    })
  })

  it('shows all of the fields of an event on a telephone, and of its heading', async () => {
    await onSite('events/order.filled.html', async (page) => {
      await page.setViewportSize({ width: 390, height: 844 })
      for (const path of ['events/order.filled.html', 'guides/delivery.html']) {
        await goTo(page, new URL(`../${path}`, page.url()).href)
        const places = await page.evaluate(() => ({
          cells: document.querySelectorAll('.stacked td').length,
          cut: [...document.querySelectorAll('.stacked td')]
            .filter((cell) => cell.getBoundingClientRect().right > innerWidth)
            .map((cell) => cell.textContent),
          // What is as tall as its text needs has at most one line for each 20 signs, and a heading.
          tall: [...document.querySelectorAll('.stacked td')]
            .filter((cell) => cell.clientHeight > 30 * (3 + cell.textContent.length / 20))
            .map((cell) => cell.textContent),
          room:
            document.querySelector('h1')!.getBoundingClientRect().top -
            document.querySelector('header')!.getBoundingClientRect().bottom,
        }))
        expect(places).toMatchObject({ cut: [], tall: [] })
        expect(places.cells).toBeGreaterThan(10)
        expect(places.room).toBeGreaterThan(20)
      }
    })
  })

  it('draws pictures whose words can be read, and says which go on to the side', async () => {
    await onSite('events/events.html', async (page) => {
      await page.setViewportSize({ width: 1280, height: 900 })
      const scale = await page.evaluate(() => {
        const picture = document.querySelector<SVGSVGElement>('.diagram svg')!
        return picture.getBoundingClientRect().width / picture.viewBox.baseVal.width
      })
      // A letter is 10 pixels high where it is drawn as it was made.
      expect(scale).toBeGreaterThan(1.1)
      expect(await page.textContent('.diagram svg')).toContain('order.modified')
      expect(await page.locator('.diagram.scrolls').count()).toBe(0)
      await page.setViewportSize({ width: 390, height: 844 })
      await page.waitForSelector('.diagram.scrolls')
      const silent = await page.evaluate(() =>
        [...document.querySelectorAll('.diagram:not(.scrolls)')].filter(
          ({ scrollWidth, clientWidth }) => scrollWidth > clientWidth + 1,
        ),
      )
      expect(silent).toEqual([])
    })
  })

  it('shows the first example whole, and keeps the first column of a comparison in sight', async () => {
    await onSite('index.html', async (page) => {
      await page.setViewportSize({ width: 1280, height: 900 })
      const hidden = await page.evaluate(() => {
        const { scrollWidth, clientWidth } = document.querySelector('pre')!
        return scrollWidth - clientWidth
      })
      expect(hidden).toBe(0)
      const moved = await page.evaluate(() => {
        const table = document.querySelector('.pinned')!
        const left = (): number =>
          table.querySelector('tbody td')!.getBoundingClientRect().left -
          table.getBoundingClientRect().left
        table.scrollTo({ left: 300, behavior: 'instant' })
        return [table.scrollLeft, left()]
      })
      expect(moved).toEqual([300, 0])
    })
  })

  it('opens and closes the menu of a narrow window by keyboard', async () => {
    await onSite('guides/live.html', async (page) => {
      await page.setViewportSize({ width: 390, height: 844 })
      const trigger = page.getByRole('button', { name: 'Menu' })
      expect(await trigger.getAttribute('aria-expanded')).toBe('false')
      for (const [opening, close] of [
        ['Enter', 'Escape'],
        ['Space', 'Enter'],
      ] as const) {
        await trigger.press(opening)
        await page.waitForSelector('.site-menu', { state: 'visible' })
        expect(await trigger.getAttribute('aria-expanded')).toBe('true')
        expect(await page.evaluate(() => document.activeElement?.closest('.col-sidebar'))).not.toBe(
          null,
        )
        await (close === 'Escape' ? page.keyboard.press(close) : trigger.press(close))
        await page.waitForSelector('.site-menu', { state: 'hidden' })
        expect(await trigger.getAttribute('aria-expanded')).toBe('false')
      }
    })
  })

  it.each(['light', 'dark'])(
    'has no serious fault of access in the %s theme',
    async (theme) => {
      await onSite('index.html', async (page) => {
        await page.evaluate((name) => localStorage.setItem('tsd-theme', name), theme)
        const faults: string[] = []
        for (const path of theme === 'light' ? looked : looked.slice(1, 3)) {
          await goTo(page, new URL(path, page.url().replace(/\/site\/.*/, '/site/')).href)
          faults.push(...(await faultsOf(page)).map((fault) => `${path}: ${fault}`))
        }
        expect(faults).toEqual([])
      })
    },
    120_000,
  )
})

/** Shows a page of the site, served below `/site/`. */
async function onSite(path: string, visit: (page: Page) => Promise<void>): Promise<void> {
  await using server = await served(site.folder, '/site/')
  const page = await browser.newPage()
  try {
    await page.emulateMedia({ colorScheme: 'light' })
    await goTo(page, server.url + path)
    await visit(page)
  } finally {
    await page.close()
  }
}
