// The main job, `npm start`: a backtest over 20 years of the S&P 500. Bars lead to orders, orders to fills,
// fills to positions, and a fall of equity to a warning. Then the books are checked.
import assert from 'node:assert/strict'
import { relative } from 'node:path'
import { styleText } from 'node:util'
import { Decimal } from 'tradewire'
import { runBacktest } from 'tradewire/backtest'
import { paperBroker } from 'tradewire/desk'
import { memoryLog, printTrace, trace } from 'tradewire/log'
import { checkCausality, checkMoney, checkOrders } from './support/invariants.ts'
import { movingAverage } from './support/moving-average-strategy.ts'
import { readOptions } from './support/options.ts'
import { sp500 } from './support/sp500.ts'

const { fast, slow, report } = readOptions()
const title = `S&P 500, averages of ${fast} and ${slow} closes`
const capital = new Decimal(100_000)
await using log = memoryLog()

// Control-C ends the run, and not only the process: nothing is left behind.
const interrupted = new AbortController()
process.once('SIGINT', () => interrupted.abort(new Error('Interrupted.')))

const run = (record: boolean) =>
  runBacktest({
    sources: [sp500()],
    desk: {
      broker: paperBroker({ fees: { maker: '0.0001', taker: '0.0001' }, latencyMs: 20 }),
      positions: { initialCash: capital },
      risk: { maxDrawdown: { percent: 25 }, warnAt: 0.5 },
    },
    strategy: movingAverage({ fast, slow }),
    digest: true,
    signal: interrupted.signal,
    ...(record && { log }),
  })

const result = await run(true)
console.log(`\n${result.summary({ title, colour: process.stdout.isTTY })}`)

const chains = await checkCausality(log)
await checkMoney(capital, log, result)
checkOrders(result)

const worst = result.trades.toSorted((left, right) => left.pnl.cmp(right.pnl))[0]
if (worst !== undefined) {
  console.log(styleText('bold', '\nThe worst trade, from the bar that led to it'))
  console.log(printTrace(await trace(log, chains.get(worst.openedAt)!)))
}

const again = await run(false)
assert.equal(again.digest, result.digest)

await result.writeReport(report, {
  title,
  facts: { 'Fast average': `${fast}`, 'Slow average': `${slow}` },
})
const events = [...result.eventCounts.values()].reduce((sum, count) => sum + count, 0)
console.log(`
checked: cash, positions and fees balance to the last digit, every order ends once, every effect
follows its cause, no fill is older than the decision to it, and a second run gives the same
${events.toLocaleString('en-US')} events byte for byte (SHA-256 ${result.digest?.slice(0, 12)}…)

charts and trades: ${relative('.', report)}`)
