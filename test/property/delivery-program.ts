import * as fc from 'fast-check'
import type { BreakerOptions, MailboxOptions, Priority, RetryOptions } from 'tradewire'

/** How one call of a handler ends. */
export type Outcome =
  | { readonly kind: 'succeeds' | 'throws' | 'gives up' | 'hangs' }
  | { readonly kind: 'succeeds late' | 'rejects late'; readonly afterMs: number }

/** A subscription of a program, and what its handler does. */
export interface Spec {
  readonly capacity: number
  readonly overflow: NonNullable<MailboxOptions['overflow']>
  readonly waitMs: number | undefined
  readonly maxAgeMs: number | undefined
  readonly concurrency: number | 'unlimited'
  readonly timeoutMs: number | undefined
  readonly retry: RetryOptions | undefined
  readonly breaker: BreakerOptions | undefined
  readonly deadLetter: 'none' | 'kept' | 'held'
  readonly perSecond: number | undefined
  readonly dedup: boolean
  readonly once: boolean
  readonly batch: { readonly maxSize: number; readonly maxWaitMs: number } | undefined
  /** What becomes of its calls, one after the other, and over again. */
  readonly script: readonly Outcome[]
}

/** One thing that happens to a bus. */
export type Step =
  | { readonly kind: 'emit'; readonly count: number; readonly priority: Priority }
  | { readonly kind: 'advance'; readonly byMs: number }
  | {
      readonly kind: 'pause' | 'resume' | 'unsubscribe' | 'redeliver' | 'discard'
      readonly who: number
    }
  | { readonly kind: 'pause bus' | 'resume bus' | 'redeliver one' }

/** Subscriptions, and what happens to them. */
export interface Program {
  readonly deadLetters: number
  readonly specs: readonly Spec[]
  readonly steps: readonly Step[]
}

const maybe = <Value>(values: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.option(values, { nil: undefined, freq: 2 })

const afterMs = fc.nat({ max: 30 })

const outcome: fc.Arbitrary<Outcome> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<Outcome>({ kind: 'succeeds' }, { kind: 'throws' }) },
  { weight: 1, arbitrary: fc.constantFrom<Outcome>({ kind: 'gives up' }, { kind: 'hangs' }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('succeeds late'), afterMs }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('rejects late'), afterMs }) },
) as fc.Arbitrary<Outcome>

const retry: fc.Arbitrary<RetryOptions> = fc.record({
  attempts: fc.integer({ min: 1, max: 3 }),
  initialMs: fc.nat({ max: 20 }),
  jitter: fc.constant('none' as const),
  order: fc.constantFrom('keep' as const, 'release' as const),
})

const breaker: fc.Arbitrary<BreakerOptions> = fc.record({
  failures: fc.integer({ min: 1, max: 3 }),
  openMs: fc.integer({ min: 1, max: 40 }),
  probes: fc.integer({ min: 1, max: 2 }),
  whileOpen: fc.constantFrom('wait' as const, 'dead-letter' as const),
})

const batch = fc.record({
  maxSize: fc.integer({ min: 1, max: 3 }),
  maxWaitMs: fc.nat({ max: 20 }),
})

const spec: fc.Arbitrary<Spec> = fc.record({
  capacity: fc.integer({ min: 1, max: 6 }),
  overflow: fc.constantFrom('wait', 'drop-oldest', 'drop-newest', 'conflate', 'error'),
  waitMs: maybe(fc.nat({ max: 40 })),
  maxAgeMs: maybe(fc.nat({ max: 40 })),
  concurrency: fc.constantFrom<number | 'unlimited'>(1, 1, 2, 3, 'unlimited'),
  timeoutMs: maybe(fc.integer({ min: 1, max: 25 })),
  retry: maybe(retry),
  breaker: maybe(breaker),
  deadLetter: fc.constantFrom('none', 'kept', 'held'),
  perSecond: maybe(fc.constantFrom(62.5, 125)),
  dedup: fc.boolean(),
  once: fc.integer({ min: 0, max: 9 }).map((number) => number === 0),
  batch: maybe(batch),
  script: fc.array(outcome, { minLength: 1, maxLength: 6 }),
})

const who = fc.nat({ max: 2 })

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('emit'),
      count: fc.integer({ min: 1, max: 8 }),
      priority: fc.constantFrom('normal', 'normal', 'critical', 'high', 'low'),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('advance'), byMs: fc.nat({ max: 60 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom('pause', 'resume', 'resume'), who }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom('redeliver', 'redeliver', 'discard'), who }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('unsubscribe'), who }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('pause bus', 'resume bus', 'resume bus', 'redeliver one'),
    }),
  },
) as fc.Arbitrary<Step>

/** Any program. */
export const programs: fc.Arbitrary<Program> = fc.record({
  deadLetters: fc.constantFrom(1, 3, 1_000),
  specs: fc.array(spec, { minLength: 1, maxLength: 3 }),
  steps: fc.array(step, { minLength: 1, maxLength: 40, size: 'max' }),
})

/** Whether a handler of the program may hold an event for ever. */
export function mayHang({ specs }: Program): boolean {
  return specs.some(
    ({ script, timeoutMs }) =>
      timeoutMs === undefined && script.some(({ kind }) => kind === 'hangs'),
  )
}
