import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

/** What a block of the README takes for granted, because a block before it has made it. */
const known: Readonly<Record<string, string>> = {
  bus: "import('tradewire').Bus",
  order: "import('tradewire').OrderSubmitted",
  bar: "import('tradewire').NewBar",
  stop: "import('tradewire').Decimal",
  clock: "import('tradewire').SimulatedClock",
  oldBot: '{ start(emitter: import("eventemitter3").EventEmitter): void }',
}

// Inside the project, so that the compiler finds the same packages.
mkdirSync('test/types/scale', { recursive: true })
const folder = mkdtempSync('test/types/scale/readme-')
afterAll(() => rmSync(folder, { recursive: true }))

function blocks(): string[] {
  const text = readFileSync('README.md', 'utf8')
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code!)
}

function compile(codes: readonly string[]): string {
  const files = codes.map((code, index) => {
    const missing = Object.entries(known).filter(
      ([name]) => new RegExp(`\\b${name}\\b`).test(code) && !code.includes(`const ${name} =`),
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

describe('the README', () => {
  it('has code that compiles', () => {
    expect(blocks().length).toBeGreaterThan(5)
    expect(compile(blocks())).toBe('')
  })

  it('would not pass with a mistake in it', () => {
    expect(compile(["declare const x: number\nbus.on('ordr.filled', () => x)"])).toContain('TS')
  })
})
