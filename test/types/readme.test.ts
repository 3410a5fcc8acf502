import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

/** What a block of a page takes for granted, because a block before it has made it. */
const known: Readonly<Record<string, string>> = {
  bus: "import('tradewire').Bus",
  log: "import('tradewire/log').EventLog",
  order: "import('tradewire').OrderSubmitted",
  bar: "import('tradewire').NewBar",
  trades: "readonly import('tradewire').TradeTick[]",
  stop: "import('tradewire').Decimal",
  clock: "import('tradewire').SimulatedClock",
  book: '(fill: object, signal: AbortSignal) => Promise<void>',
  draw: '(quote: object) => void',
  halt: '(limit: string) => void',
  send: '(order: object) => Promise<void>',
  store: '(events: readonly object[]) => Promise<void>',
  strategy: "import('tradewire/backtest').Strategy",
  sources: "readonly import('tradewire/backtest').Source[]",
  result: "import('tradewire/backtest').BacktestResult",
  venueBroker: "import('tradewire/desk').Broker",
  oldBot: '{ start(emitter: import("eventemitter3").EventEmitter): void }',
}

// Inside the project, so that the compiler finds the same packages.
mkdirSync('test/types/scale', { recursive: true })
const folder = mkdtempSync('test/types/scale/readme-')
afterAll(() => rmSync(folder, { recursive: true }))

function blocks(page: string): string[] {
  const text = readFileSync(page, 'utf8')
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code!)
}

function compile(codes: readonly string[]): string {
  const files = codes.map((code, index) => {
    const missing = Object.entries(known).filter(
      ([name]) =>
        new RegExp(`\\b${name}\\b`).test(code) &&
        !new RegExp(`\\b(?:const|using) ${name} =`).test(code),
    )
    const declared = missing.map(([name, type]) => `declare const ${name}: ${type}\n`).join('')
    writeFileSync(join(folder, `block-${index + 1}.ts`), `${declared}${code}\nexport {}\n`)
    return `block-${index + 1}.ts`
  })
  const config = {
    extends: '../../../../tsconfig.json',
    compilerOptions: { noUnusedLocals: false, noUnusedParameters: false },
    include: [],
    files,
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  try {
    return execFileSync('tsc', ['-p', folder], { encoding: 'utf8' })
  } catch (error) {
    // The compiler found something, and has printed it.
    return (error as { stdout: string }).stdout
  }
}

const guides = readdirSync('docs/guides').map((name) => `docs/guides/${name}`)
const pages = ['README.md', ...guides].filter((page) => blocks(page).length > 0)

describe('pages with code', () => {
  it('are found', () => {
    expect(pages).toEqual(
      expect.arrayContaining(['README.md', 'docs/guides/delivery.md', 'docs/guides/log.md']),
    )
  })
})

describe.each(pages)('%s', (page) => {
  it('has code that compiles', () => {
    expect(blocks(page).length).toBeGreaterThan(5)
    expect(compile(blocks(page))).toBe('')
  })
})

describe('the compiler of pages', () => {
  it('would not let a mistake pass', () => {
    expect(compile(["declare const x: number\nbus.on('ordr.filled', () => x)"])).toContain('TS')
  })
})
