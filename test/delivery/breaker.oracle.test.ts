import { fc, test } from '@fast-check/vitest'
import {
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleAll,
  type IBreaker,
  SamplingBreaker,
} from 'cockatiel'
import { afterEach, beforeEach, describe, expect, vi } from 'vitest'
import {
  Breaker,
  type BreakerOptions,
  type BreakerState,
  toBreakerSettings,
} from '../../src/delivery/breaker.ts'

/** One call: how long after the one before, and what it comes to. */
interface Step {
  readonly laterMs: number
  readonly fails: boolean
}

const names = new Map<CircuitState, BreakerState>([
  [CircuitState.Closed, 'closed'],
  [CircuitState.Open, 'open'],
  [CircuitState.HalfOpen, 'half-open'],
])

/**
 * Runs a script through both, one call after the other, and compares at every step whether the call
 * is admitted, in which state it runs, and which state it leaves. Returns the states it left.
 *
 * Where cockatiel differs, and why calls do not overlap here: a call that started before it opened
 * and fails while it is half-open opens it again, while such late outcomes do not count with us;
 * and a call that comes while a trial call runs waits for its end, while ours is not admitted.
 */
async function compare(
  options: BreakerOptions,
  breaker: IBreaker,
  steps: readonly Step[],
): Promise<BreakerState[]> {
  const settings = toBreakerSettings(options)
  const changes: BreakerState[] = []
  const oracleChanges: (BreakerState | undefined)[] = []
  const ours = new Breaker(settings, (state) => changes.push(state))
  const theirs = circuitBreaker(handleAll, { halfOpenAfter: settings.openMs, breaker })
  theirs.onStateChange((state) => oracleChanges.push(names.get(state)))
  const left: BreakerState[] = []
  for (const { laterMs, fails } of steps) {
    vi.setSystemTime(Date.now() + laterMs)
    const now = Date.now()
    expect(ours.state).toBe(names.get(theirs.state))
    const admitted = ours.admits(now)
    const ticket = admitted ? ours.started() : -1
    const whileCalled: (BreakerState | undefined)[] = []
    await theirs
      .execute(async () => {
        // It becomes half-open once the call has started.
        await Promise.resolve()
        whileCalled.push(names.get(theirs.state))
        if (fails) throw new Error('down')
      })
      .catch(() => {})
    expect(whileCalled).toEqual(admitted ? [ours.state] : [])
    if (admitted && fails) ours.failed(now, ticket)
    if (admitted && !fails) ours.succeeded(now, ticket)
    expect(ours.state).toBe(names.get(theirs.state))
    left.push(ours.state)
  }
  expect(changes).toEqual(oracleChanges)
  return left
}

/**
 * As {@link SamplingBreaker}, but the success of the trial call that closes it is no call of the time
 * after, as it is none with us.
 */
class FreshSamplingBreaker extends SamplingBreaker {
  readonly #fresh = structuredClone(this.state)

  override success(state: CircuitState): void {
    if (state === CircuitState.HalfOpen) this.state = structuredClone(this.#fresh)
    else super.success(state)
  }
}

const second = 1_000

function times(count: number, step: Step): Step[] {
  return Array.from({ length: count }, () => step)
}

/**
 * Its buckets are those of 64 seconds, as ours are, where the script keeps to whole seconds and at
 * least one call ends in each: it starts a bucket when a call comes, and drops one bucket at a time,
 * however long the pause was. It opens above its threshold, we do from the rate on.
 */
function sampling(rate: number, minimumCalls: number): FreshSamplingBreaker {
  const duration = 64 * second
  return new FreshSamplingBreaker({
    threshold: rate - 1e-9,
    duration,
    minimumRps: (minimumCalls - 0.5) / 64,
  })
}

describe('Breaker, beside cockatiel', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: 0 })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  const calls = fc.record({
    laterMs: fc.constantFrom(0, 1, 9, 10, 11, 50),
    fails: fc.boolean(),
  })

  test.prop(
    [
      fc.integer({ min: 1, max: 5 }),
      fc.constantFrom(1, 10, 50),
      fc.array(calls, { size: '+1', maxLength: 60 }),
    ],
    { numRuns: 500 },
  )('opens and closes with failures in a row as it does', async (failures, openMs, steps) => {
    await compare({ failures, openMs }, new ConsecutiveBreaker(failures), steps)
  })

  test.prop(
    [
      fc.constantFrom(0.1, 0.3, 0.5, 0.75, 1),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 0, max: 100 }),
      fc.array(fc.record({ laterMs: fc.constantFrom(0, second), dice: fc.nat({ max: 99 }) }), {
        minLength: 100,
        maxLength: 200,
      }),
    ],
    { numRuns: 200 },
  )(
    'opens and closes with a share of failures as it does',
    async (rate, minimum, percent, dice) => {
      vi.setSystemTime(0)
      const steps = dice.map(({ laterMs, dice: fell }) => ({ laterMs, fails: fell < percent }))
      const options = { rate, minimumCalls: minimum, windowMs: 64 * second, openMs: 3 * second }
      await compare(options, sampling(rate, minimum), steps)
    },
  )

  test('forgets what is 64 seconds old as it does', async () => {
    const steps = [
      ...times(9, { laterMs: 0, fails: true }),
      ...times(64, { laterMs: second, fails: false }),
      ...times(64, { laterMs: 0, fails: true }),
    ]
    const options = { rate: 0.5, minimumCalls: 10, windowMs: 64 * second, openMs: second }
    const left = await compare(options, sampling(0.5, 10), steps)
    // 64 successes are left, and none of the first failures: as many more are half of all.
    expect(left.indexOf('open')).toBe(9 + 64 + 63)
  })

  test('would tell a limit that is one failure off', async () => {
    const steps = times(5, { laterMs: 0, fails: true })
    await expect(compare({ failures: 4 }, new ConsecutiveBreaker(3), steps)).rejects.toThrow(
      'expected',
    )
  })

  test('would tell a share that is one call off', async () => {
    const steps = times(5, { laterMs: 0, fails: true })
    const options = { rate: 0.5, minimumCalls: 4, windowMs: 64 * second }
    await expect(compare(options, sampling(0.5, 3), steps)).rejects.toThrow('expected')
  })
})
