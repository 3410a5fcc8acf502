import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { filesOf, PageProject } from './page-project.ts'

const page = readFileSync('docs/guides/bots.md', 'utf8')
const [bot] = /(?<=^```ts\n).*?(?=^```$)/ms.exec(page)!
const [tsconfig] = filesOf(readFileSync('docs/guides/quick-start.md', 'utf8'))
const vitest = `import { it } from 'vitest'
it('sees a bot', async () => { await import('./bot.ts') })
`
const plain = `export default { test: { include: ['*.test.ts'] } }\n`
const printed = 'market.trade_tick, signal.entry'

const project = new PageProject()
afterAll(() => project.remove())

describe('the first bot of the guide to class-based bots', () => {
  beforeAll(() =>
    project.install(
      ['vitest', 'esbuild'],
      [
        tsconfig!,
        ...filesOf(page),
        { name: 'bot.ts', text: bot },
        { name: 'bot.test.ts', text: vitest },
        { name: 'plain.config.ts', text: plain },
      ],
    ),
  )

  it('runs when it is compiled as the guide says', () => {
    expect(project.run('tsc', '-p', 'tsconfig.build.json')).toBe('')
    expect(project.run('node', '--enable-source-maps', 'build/bot.js')).toBe(`${printed}\n`)
  })

  it('is seen by a test of vitest with the plugin of the guide', () => {
    const said = project.run('vitest', 'run')
    expect(said).toContain(printed)
    expect(said).toMatch(/Tests .*1 passed/)
  })

  it('is a syntax error without it', () => {
    const said = project.run('vitest', 'run', '--config', 'plain.config.ts')
    expect(said).toMatch(/Tests .*1 failed|Failed Suites 1|SyntaxError/)
    expect(said).not.toContain(printed)
  })
})
