import * as fc from 'fast-check'

/** Which events to ask for; fractions stand for places in what there is by then. */
export interface QueryPlan {
  readonly pattern: '*' | 'note.*' | 'alarm.rung' | readonly ['note.made', 'alarm.*'] | undefined
  readonly from: number | undefined
  readonly since: number | undefined
  readonly until: number | undefined
  readonly source: string | undefined
  /** Of which event to ask for the causal chain. */
  readonly chain: number | undefined
  readonly limit: number | undefined
  readonly order: 'forward' | 'backward'
}

export type RetainPlan = {
  readonly limit: 'maxEvents' | 'before' | 'maxAgeMs' | 'maxBytes'
  readonly keep: number
  readonly pattern: 'note.*' | '*' | undefined
}

export type Step =
  | {
      readonly kind: 'append'
      readonly lists: readonly {
        readonly size: number
        readonly durability: 'each' | 'group' | 'lazy'
      }[]
    }
  | { readonly kind: 'write'; readonly writer: 0 | 1; readonly size: number }
  | { readonly kind: 'turns'; readonly count: number }
  | { readonly kind: 'settle' }
  | { readonly kind: 'read'; readonly query: QueryPlan; readonly take: number | undefined }
  | { readonly kind: 'tail'; readonly query: QueryPlan }
  | { readonly kind: 'leave' }
  | { readonly kind: 'retain'; readonly plan: RetainPlan }
  | { readonly kind: 'consume'; readonly name: 'every' | 'alarms' }
  | { readonly kind: 'stop'; readonly name: 'every' | 'alarms' }
  | { readonly kind: 'reopen' }
  | { readonly kind: 'crash'; readonly turns: number; readonly ticks: number }

/** A random program, and what its events are made with. */
export interface Program {
  readonly seed: number
  readonly steps: readonly Step[]
}

/** Evenly spread, unlike random doubles, most of which are next to 0. */
const fraction = fc.integer({ min: 0, max: 1_000 }).map((number) => number / 1_000)
const maybe = <Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 2 })

const queries: fc.Arbitrary<QueryPlan> = fc.record({
  pattern: fc.constantFrom<QueryPlan['pattern'][]>(undefined, '*', 'note.*', 'alarm.rung', [
    'note.made',
    'alarm.*',
  ] as const),
  from: maybe(fraction),
  since: maybe(fraction),
  until: maybe(fraction),
  source: maybe(fc.constantFrom('s0', 's1', 'nobody')),
  chain: maybe(fraction),
  limit: maybe(fc.integer({ min: 0, max: 12 })),
  order: fc.constantFrom('forward', 'backward'),
})

/** Mostly few; at times more than a page of a reader, or a zone of the file, holds. */
const sizes = fc.oneof(
  { weight: 60, arbitrary: fc.integer({ min: 1, max: 5 }) },
  { weight: 5, arbitrary: fc.integer({ min: 20, max: 300 }) },
  { weight: 1, arbitrary: fc.integer({ min: 900, max: 1_300 }) },
)

const names = fc.constantFrom('every' as const, 'alarms' as const)

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      lists: fc.array(
        fc.record({
          size: sizes,
          durability: fc.constantFrom('each' as const, 'group' as const, 'lazy' as const),
        }),
        { minLength: 1, maxLength: 4 },
      ),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      writer: fc.constantFrom(0 as const, 1 as const),
      size: sizes,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('turns' as const),
      count: fc.integer({ min: 1, max: 6 }),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ kind: 'settle' as const }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('read' as const),
      query: queries,
      take: maybe(fc.integer({ min: 0, max: 10 })),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('tail' as const), query: queries }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'leave' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('retain' as const),
      plan: fc.record({
        limit: fc.constantFrom('maxEvents', 'before', 'maxAgeMs', 'maxBytes'),
        keep: fraction,
        pattern: fc.constantFrom(undefined, '*', 'note.*'),
      }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('consume' as const), name: names }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('stop' as const), name: names }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'reopen' as const }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('crash' as const),
      turns: fc.constantFrom(0, 0, 0, 1, 2, 5, 9),
      ticks: fc.integer({ min: 0, max: 30 }),
    }),
  },
)

export const programs: fc.Arbitrary<Program> = fc.record({
  seed: fc.integer({ min: 0, max: 0x7fff_ffff }),
  steps: fc.array(steps, { minLength: 5, maxLength: 30, size: 'max' }),
})
