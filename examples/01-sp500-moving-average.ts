// The main job, `npm start`: 20 years of the S&P 500 as events. Bars lead to orders, orders to fills,
// fills to positions, and a fall of equity to a risk limit. Then the books are checked.
import assert from 'node:assert/strict'
import { capital, runBacktest } from './support/backtest.ts'
import { checkCausality, checkCounts, checkMoney, digestOf } from './support/invariants.ts'
import { keepLedger } from './support/ledger.ts'
import { readOptions } from './support/options.ts'
import { printReport } from './support/report.ts'
import { readSp500Bars } from './support/sp500-bars.ts'

const averages = readOptions()
const bars = readSp500Bars()

const result = await runBacktest(bars, averages)
const ledger = keepLedger(capital, result.events)
printReport(`S&P 500, averages of ${averages.fast} and ${averages.slow} closes`, result, ledger)

checkMoney(capital, ledger, result)
checkCounts(bars.length, ledger, result)
checkCausality(result)
const digest = digestOf(result)
assert.equal(digestOf(await runBacktest(bars, averages)), digest)

console.log(`
checked: cash and position balance to the last digit, every order ends once,
every effect follows its cause, no fill before the next open, and a second run
gives the same ${result.events.length.toLocaleString('en-US')} events byte for byte (sha256 ${digest.slice(0, 12)}…)`)
