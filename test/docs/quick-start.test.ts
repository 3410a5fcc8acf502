import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const page = readFileSync('docs/guides/quick-start.md', 'utf8')

/** The files of the page: blocks with a name behind the language of their fence. */
const files = [...page.matchAll(/^```(?:ts|json) (\S+)\n(.*?)^```$/gms)].map(([, name, text]) => ({
  name: name!,
  text: text!,
}))

const folder = mkdtempSync(join(tmpdir(), 'tradewire-'))
afterAll(() => rmSync(folder, { recursive: true }))

function run(command: string, args: readonly string[]): string {
  try {
    return execFileSync(command, args, { cwd: folder, encoding: 'utf8' })
  } catch (error) {
    // What the compiler or a test has printed says more than that it failed.
    return (error as { stdout: string }).stdout
  }
}

/** The package as an install leaves it, without asking a registry. */
function install(): void {
  const installed = join(folder, 'node_modules/tradewire')
  mkdirSync(join(folder, 'node_modules/@types'), { recursive: true })
  mkdirSync(installed)
  execFileSync('tsc', ['-p', 'src', '--outDir', join(installed, 'dist')])
  writeFileSync(join(installed, 'package.json'), readFileSync('package.json'))
  symlinkSync(resolve('node_modules'), join(installed, 'node_modules'))
  symlinkSync(resolve('node_modules/@types/node'), join(folder, 'node_modules/@types/node'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  for (const { name, text } of files) writeFileSync(join(folder, name), text)
}

/** The block of printed text that follows a command on the page. */
function printedAfter(command: string): string {
  const after = page.slice(page.indexOf(command))
  return /^```text\n(.*?)^```$/ms.exec(after)![1]!
}

describe('the quick start', () => {
  beforeAll(install, 120_000)

  it('has six files', () => {
    expect(files.map(({ name }) => name)).toEqual([
      'tsconfig.json',
      'strategy.ts',
      'bot.ts',
      'strategy.test.ts',
      'make-prices.ts',
      'backtest.ts',
    ])
  })

  it('compiles', () => {
    expect(run('tsc', [])).toBe('')
  })

  it('has a bot that prints what the page says', () => {
    expect(run('node', ['bot.ts'])).toBe(printedAfter('npx tsc && node bot.ts'))
  })

  it('has a test that passes', () => {
    expect(run('node', ['--test'])).toContain('pass 1')
  })

  it('has a backtest with a report', () => {
    run('node', ['make-prices.ts'])
    expect(run('node', ['backtest.ts'])).toContain('Above the average of 20 days')
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('<!doctype html>')
  })
})
