import type { BrowserContext, Page } from 'playwright-core'

/** Opens a page, which hides its body until its scripts have run: a hidden one has no width and no fault. */
export async function goTo(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await page.waitForSelector('body', { state: 'visible' })
}

/** What goes wrong while a page is opened, as its console has it. */
export async function errorsOf(context: BrowserContext, url: string): Promise<string[]> {
  const page = await context.newPage()
  const errors: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text())
  })
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('requestfailed', (request) => errors.push(`${request.url()} failed`))
  page.on('response', (response) => {
    if (response.status() >= 400) errors.push(`${response.url()} is ${response.status()}`)
  })
  await page.goto(url, { waitUntil: 'load' })
  await page.close()
  return errors.map((error) => `${url}: ${error}`)
}

/** What readers look for, among how many results the page must be that they want, and which it is. */
export const looksFor: readonly (readonly [query: string, among: number, address: RegExp])[] = [
  ['quick start', 1, /guides\/quick-start\.html$/],
  ['quickstart', 1, /guides\/quick-start\.html$/],
  ['EVENT_INVALID', 1, /guides\/troubleshooting\.html#event_invalid$/],
  ['retry', 3, /guides\/delivery\.html$/],
  ['drawdown', 5, /guides\/[\w-]+\.html$/],
  ['stop loss', 5, /guides\/[\w-]+\.html$/],
  ['paper trading', 5, /guides\/[\w-]+\.html$/],
  ['resample', 5, /guides\/[\w-]+\.html$/],
  ['parameter sweep', 5, /guides\/[\w-]+\.html$/],
  ['fees', 3, /guides\/first-backtest\.html$/],
  ['backtest', 1, /guides\/first-backtest\.html$/],
  ['backtest', 5, /backtest\/runBacktest\.html$/],
]

/** Searches; whoever polls what it returns gets the address of what is found first. */
export async function search(page: Page, query: string): Promise<() => Promise<string>> {
  const found = await resultsOf(page, query)
  return async () => (await found())[0] ?? ''
}

/** Searches; whoever polls what it returns gets the addresses of what is found, at most ten. */
export async function resultsOf(page: Page, query: string): Promise<() => Promise<string[]>> {
  if (!(await page.isVisible('#tsd-search-input'))) await page.click('#tsd-search-trigger')
  await page.fill('#tsd-search-input', query)
  const links = page.locator('#tsd-search-results > li a')
  return () => links.evaluateAll((all: HTMLAnchorElement[]) => all.map(({ href }) => href))
}
