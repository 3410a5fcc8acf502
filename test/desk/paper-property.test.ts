import { describe, expect, it } from 'vitest'
import type { OrderSubmitted } from '../../src/events/order.ts'
import { someSeed } from '../support/start-seed.ts'
import { PaperLedger, whole } from './paper-ledger.ts'
import { type Feed, optionsOf, runProgram, type Step } from './paper-program.ts'
import { lineOf, type VenueRun } from './paper-venue-run.ts'

const environment = globalThis.process.env
const firstSeed = Number(environment['TRADEWIRE_SEED'] ?? someSeed)
const runs = Number(environment['TRADEWIRE_RUNS'] ?? 60)

/** Runs one program with a ledger beside it; returns how many fills there were. */
async function check(seed: number, feed: Feed, faulty: boolean): Promise<number> {
  const ledger = new PaperLedger(faulty)
  const terms = new Map<string, OrderSubmitted>()
  let step: Step = { kind: 'other', low: 0, high: 0, size: 0 }
  let taken = 0n
  const options = optionsOf(seed, faulty)
  const watch = ({ bus }: VenueRun): ((next: Step) => void) => {
    bus.on('order.submitted', ({ data }) => {
      terms.set(data.orderId, data)
    })
    bus.on('order.*', (event) => {
      if (event.type === 'order.submitted') return
      const before = ledger.fills
      ledger.book(event, terms.get(event.data.orderId))
      if (ledger.fills === before || feed === 'all') return
      if (event.type !== 'order.filled' && event.type !== 'order.partial_fill') return
      const { lastPrice, lastQuantity } = event.data
      if (feed === 'bars') {
        const price = Number(lastPrice)
        if (price < step.low || price > step.high) throw new Error('filled outside of the bar')
      } else {
        taken += whole(lastQuantity.toFixed())
        if (taken > whole(`${step.size}`)) throw new Error('filled more than was traded')
      }
    })
    return (next) => {
      step = next
      taken = 0n
    }
  }
  const run = await runProgram(seed, feed, options, watch)
  run.said()
  expect(whole(run.broker.positionOf('ABC').toFixed())).toBe(ledger.position)
  // An order may stand that is not yet said to be placed.
  expect(
    run.broker
      .orders()
      .filter(({ orderId }) => !faulty || ledger.knows(orderId))
      .map(({ orderId }) => orderId)
      .toSorted(),
  ).toEqual(ledger.standing)
  return ledger.fills
}

describe('paperBroker under random programs', () => {
  for (const feed of ['bars', 'trades', 'all'] as const) {
    for (const faulty of [false, true]) {
      it(
        `keeps its books on ${feed}${faulty ? ' with faults' : ''}`,
        { timeout: 120_000 },
        async () => {
          let fills = 0
          for (let seed = firstSeed; seed < firstSeed + runs; seed += 1) {
            try {
              fills += await check(seed, feed, faulty)
            } catch (error) {
              console.log(`TRADEWIRE_SEED=${seed} TRADEWIRE_RUNS=1 replays it`)
              throw error
            }
          }
          expect(fills, `TRADEWIRE_SEED=${firstSeed}`).toBeGreaterThan(runs)
        },
      )
    }
  }

  it('does the same for the same seeds', async () => {
    for (let seed = firstSeed; seed < firstSeed + 20; seed += 1) {
      const play = async (): Promise<string[]> => {
        const run = await runProgram(seed, 'all', optionsOf(seed, true), () => () => {})
        return run.events.map((event) => `${event.id} ${lineOf(event)}`)
      }
      expect(await play(), `TRADEWIRE_SEED=${seed}`).toEqual(await play())
    }
  })
})
