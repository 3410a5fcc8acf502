import type { PaperBrokerOptions } from '../../src/desk/paper-options.ts'
import { Choice } from '../property/choice.ts'
import { type OrderText, runVenue, type VenueRun } from './paper-venue-run.ts'

/** Which market data a random program sends. */
export type Feed = 'bars' | 'trades' | 'all'

const types = ['market', 'limit', 'stop', 'stop_limit', 'trailing_stop'] as const
const tifs = ['gtc', 'gtc', 'gtc', 'ioc', 'fok', 'day', 'gtd'] as const

/** Options of a venue that follow from a seed. */
export function optionsOf(seed: number, faulty: boolean): PaperBrokerOptions {
  const choice = new Choice(seed + 1)
  return {
    fees: { maker: '-0.0001', taker: '0.000375' },
    seed,
    latencyMs: choice.chance(2) ? 0 : { min: 0, max: 90_000 },
    limitFill: choice.of(['through', 'touch']),
    ...(choice.chance(2) && { barParticipation: '0.25' }),
    ...(choice.chance(2) && { tradeParticipation: '0.5' }),
    ...(faulty && {
      faults: {
        seed,
        rejectRate: 0.05,
        duplicateFillRate: 0.2,
        partialFillRate: 0.3,
        fillBeforePlacedRate: 0.2,
        fillAfterCancelRate: 0.3,
      },
    }),
  }
}

/** Called before each step with the run; the data of the step comes after it. */
export type Watch = (step: Step) => void

/** One market event: its lowest and highest price, and how much traded if a trade. */
export interface Step {
  readonly kind: 'bar' | 'trade' | 'other'
  readonly low: number
  readonly high: number
  readonly size: number
}

/** Runs a random program of `steps` market events, and commands between them. */
export async function runProgram(
  seed: number,
  feed: Feed,
  options: PaperBrokerOptions,
  watch: (run: VenueRun) => Watch,
  steps = 40,
): Promise<VenueRun> {
  const choice = new Choice(seed)
  const run = runVenue(options)
  const see = watch(run)
  let price = 100
  let orders = 0
  const submit = (): void => {
    orders += 1
    run.submit({ orderId: `p${orders}`, ...randomOrder(choice, price, run.clock.now()) })
  }
  const disturb = (): void => {
    if (choice.chance(4)) run.cancel(`p${1 + choice.below(orders + 1)}`)
    if (choice.chance(4)) {
      run.modify(`p${1 + choice.below(orders + 1)}`, randomChange(choice, price))
    }
  }
  // What a fill leads to comes in the middle of matching.
  run.bus.on(['order.filled', 'order.partial_fill', 'order.triggered'], () => {
    if (orders < 200 && choice.chance(4)) submit()
    disturb()
  })
  for (let step = 0; step < steps; step += 1) {
    await act(choice, feed, run, price, see)
    price = Math.max(60, price + choice.below(9) - 4)
    for (let count = choice.below(3); count > 0; count -= 1) submit()
    disturb()
  }
  await run.clock.advanceBy(200_000_000)
  return run
}

async function act(
  choice: Choice,
  feed: Feed,
  run: VenueRun,
  price: number,
  see: Watch,
): Promise<void> {
  const near = (): number => price + choice.below(7) - 3
  const size = 1 + choice.below(30)
  const kind = feed === 'bars' ? 0 : feed === 'trades' ? 1 : choice.below(5)
  if (kind === 0) {
    const [open, close] = [near(), near()]
    const low = Math.min(open, close) - choice.below(4)
    const high = Math.max(open, close) + choice.below(4)
    // It is matched after timers have fired: whoever watches is told before those, too.
    see({ kind: 'bar', low, high, size: 0 })
    await run.bar(`${open} ${high} ${low} ${close}`)
    return
  }
  await run.clock.advanceBy(choice.below(60_000))
  const at = near()
  see({ kind: kind === 1 ? 'trade' : 'other', low: at, high: at, size })
  if (kind === 1) run.trade(`${at}`, `${size}`)
  else if (kind === 2) run.quote(`${at - 1}`, `${choice.below(20)}`, `${at}`, `${choice.below(20)}`)
  else if (kind === 3) run.depth(`${at - 1}x5 ${at - 2}x5`, `${at}x4 ${at + 1}x5 ${at + 2}x9`)
  else run.last(`${at}`)
}

function randomOrder(choice: Choice, price: number, now: number): OrderText {
  const orderType = choice.of(types)
  const near = (): string => `${price + choice.below(13) - 6}`
  const timeInForce = choice.of(tifs)
  return {
    orderType,
    side: choice.of(['buy', 'sell']),
    quantity: `${1 + choice.below(20)}.${choice.below(100)}1`,
    timeInForce,
    ...((orderType === 'limit' || orderType === 'stop_limit') && { price: near() }),
    ...(orderType !== 'market' && orderType !== 'limit' && { triggerPrice: near() }),
    ...(timeInForce === 'gtd' && { expireTime: now + choice.below(600_000) }),
    ...(choice.chance(6) && { postOnly: true }),
    ...(choice.chance(4) && { reduceOnly: true }),
  }
}

function randomChange(choice: Choice, price: number): Record<string, string> {
  return {
    ...(choice.chance(2) && { quantity: `${1 + choice.below(20)}` }),
    ...(choice.chance(2) && { price: `${price + choice.below(13) - 6}` }),
    ...(choice.chance(4) && { triggerPrice: `${price + choice.below(13) - 6}` }),
  }
}
