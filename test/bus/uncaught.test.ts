import { spawn } from 'node:child_process'
import { describe, expect, it } from 'vitest'

const source = (path: string): string =>
  JSON.stringify(new URL(`../../src/${path}`, import.meta.url).href)
const prices = ['open', 'high', 'low', 'close', 'volume']
const bar = `{
  symbol: 'X', timeframe: '1m', openTime: 0, timestamp: 60_000,
  ${prices.map((name) => `${name}: new Decimal('7654321')`).join(', ')},
}`

/** What a process prints that ends by an error that nobody catches. */
async function printedBy(program: string): Promise<string> {
  const code = `import { createBus, Decimal } from ${source('index.ts')}\n${program}`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code])
  let errors = ''
  child.stderr.on('data', (text: Buffer) => (errors += text.toString()))
  const exitCode = await new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  expect(exitCode).toBe(1)
  return errors
}

describe('HandlerError, uncaught', () => {
  it('prints its message, its stack and its cause, and not the numbers of the event', async () => {
    const printed = await printedBy(`
      const bus = createBus({ run: 'r' })
      bus.on('market.new_bar', function mine() { throw new Error('my bug') }, { id: 'mine' })
      await bus.emit('market.new_bar', ${bar}, { throwOnError: true })`)
    expect(printed).toContain('HandlerError: The handler of subscription')
    expect(printed).toContain('failed on market.new_bar r-1.')
    expect(printed).toContain('[cause]: Error: my bug\n')
    expect(printed).toMatch(/at .*mine/)
    expect(printed).not.toContain('7654321')
    expect(printed.split('\n').length).toBeLessThan(80)
  }, 60_000)
})

describe('BacktestError, uncaught', () => {
  it('prints what has failed, and once why', async () => {
    const printed = await printedBy(`
      import { runBacktest } from ${source('backtest.ts')}
      await runBacktest({
        sources: [[{ type: 'market.new_bar', data: ${bar} }]],
        progress: false,
        strategy: ({ bus }) => { bus.on('market.new_bar', () => { throw new Error('my bug') }) },
      })`)
    expect(printed).toContain('BacktestError: The backtest was stopped at 1970-01-01T00:01:00.000Z')
    expect(printed.match(/Error: my bug\n/g)).toHaveLength(1)
    expect(printed).not.toContain('7654321')
    expect(printed.split('\n').length).toBeLessThan(80)
  }, 60_000)
})
