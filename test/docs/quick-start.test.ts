import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { filesOf, PageProject } from './page-project.ts'

const page = readFileSync('docs/guides/quick-start.md', 'utf8')
const files = filesOf(page)
const project = new PageProject()
afterAll(() => project.remove())

/** The block of printed text that follows a command on the page. */
function printedAfter(command: string): string {
  const after = page.slice(page.indexOf(command))
  return /^```text\n(.*?)^```$/ms.exec(after)![1]!
}

describe('the quick start', () => {
  beforeAll(() => project.install([], files))

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
    expect(project.run('tsc')).toBe('')
  })

  it('has a bot that prints what the page says', () => {
    expect(project.run('node', 'bot.ts')).toBe(printedAfter('npx tsc && node bot.ts'))
  })

  it('has a test that passes', () => {
    expect(project.run('node', '--test')).toContain('pass 1')
  })

  it('has a backtest with a report', () => {
    project.run('node', 'make-prices.ts')
    expect(project.run('node', 'backtest.ts')).toContain('Above the average of 20 days')
    expect(readFileSync(join(project.folder, 'report.html'), 'utf8')).toContain('<!doctype html>')
  })
})
