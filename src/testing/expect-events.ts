import type { Bus } from '../bus/bus.ts'
import type { EventsMatching, PatternsIn } from '../bus/typing.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { EventSchemas } from '../events/definition.ts'
import type { TradewireEvent } from '../events/envelope.ts'
import { matchesPattern } from '../events/pattern.ts'
import { EventAssertionError } from './assertion-error.ts'
import { type Carried, carriedBy } from './carried.ts'
import {
  expectedLine,
  lineOf,
  mismatchLines,
  type Row,
  sideBySide,
  wholeLine,
} from './comparison.ts'
import { type Expectation, type ExpectedEvent, toExpected } from './expectation.ts'
import { errorLines } from './failures.ts'
import { mismatchesOf } from './matching.ts'

/**
 * What is expected of the events that a bus has carried so far: those up to the call of a method.
 *
 * Each method that finds its events right also looks at what has failed on a bus of `testBus`, and
 * throws if the test has not taken it: by `takeErrors`, or by expecting the `system.error` that
 * tells of it. What one method has thrown, the next one throws again.
 *
 * @typeParam Event the events that the pattern covers.
 */
export interface EventExpectations<Event extends TradewireEvent = TradewireEvent> {
  /** The events themselves, oldest first. */
  readonly events: readonly Event[]
  /**
   * The newest of them.
   *
   * @throws EventAssertionError if there is none.
   */
  readonly last: Event
  /**
   * Exactly these events came, in this order.
   *
   * @throws EventAssertionError if not, or if something has failed.
   * @throws ConfigurationError `CONFIGURATION` if an expectation is malformed.
   * @throws UnknownEventError `EVENT_UNKNOWN` if the catalog of the bus has no such type.
   */
  toMatch(expected: readonly Expectation<Event>[]): void
  /**
   * These events came in this order; others may have come between them. Throws what `toMatch`
   * throws.
   */
  toContain(expected: readonly Expectation<Event>[]): void
  /** No event came. Throws what `toMatch` throws. */
  toBeEmpty(): void
}

/**
 * Looks at the events that a bus has carried, in the order of their dispatch.
 *
 * Of a bus of `testBus`, or what `given` returns, these are all. Any other bus is asked for its
 * history, which holds the newest 1,000 unless it was made with another capacity; if it has
 * forgotten some, this throws. Events that are emitted inside a handler come once that has
 * returned: await the emission, or `settle`, before you look.
 *
 * @param source a bus, what has one (such as a desk or what `testBus` returns), or a list of events.
 * @param pattern only events that this pattern, or one of the list, covers. Default `*`.
 * @throws ConfigurationError `CONFIGURATION` if `source` is none of these, or the pattern is malformed,
 * or a list of none.
 * @throws UnknownEventError `EVENT_UNKNOWN` if no event of the bus could match the pattern.
 * @example
 * ```ts
 * await bus.emit('order.submitted', payloadOf('order.submitted'))
 * await bus.emit('order.filled', payloadOf('order.filled', { lastPrice: '100', side: 'buy' }))
 * expectEvents(bus).toMatch(['order.submitted', ['order.filled', { lastPrice: '100', side: 'buy' }]])
 * expectEvents(bus, 'risk.*').toBeEmpty()
 * ```
 */
export function expectEvents<
  Schemas extends EventSchemas,
  const Patterns extends PatternsIn<Schemas> = '*',
>(
  source: Bus<Schemas> | { readonly bus: Bus<Schemas> },
  pattern?: Patterns,
): EventExpectations<EventsMatching<Schemas, Patterns>>
export function expectEvents<Event extends TradewireEvent>(
  source: readonly Event[],
  pattern?: string | readonly string[],
): EventExpectations<Event>
export function expectEvents(
  source: unknown,
  pattern: string | readonly string[] = '*',
): EventExpectations {
  const carried = carriedBy(source)
  const patterns = typeof pattern === 'string' ? [pattern] : [...pattern]
  if (patterns.length === 0) {
    throw new ConfigurationError('A list of patterns must hold at least one pattern.')
  }
  for (const one of patterns) {
    // Without a catalog it is only the form that can be checked.
    if (carried.catalog === undefined) matchesPattern(one, 'any.type')
    else carried.catalog.parsePattern(one)
  }
  return new CarriedExpectations(carried, patterns)
}

class CarriedExpectations implements EventExpectations {
  readonly #carried: Carried
  readonly #patterns: readonly string[]

  constructor(carried: Carried, patterns: readonly string[]) {
    this.#carried = carried
    this.#patterns = patterns
  }

  get events(): readonly TradewireEvent[] {
    return this.#carried.events.filter(({ type }) =>
      this.#patterns.some((pattern) => matchesPattern(pattern, type)),
    )
  }

  get last(): TradewireEvent {
    const last = this.events.at(-1)
    if (last !== undefined) return last
    throw this.#failed(`No event of ${this.#named} has come.`, {
      actual: [],
      expected: `an event of ${this.#named}`,
      operator: 'last',
    })
  }

  toMatch(given: readonly Expectation[]): void {
    const expected = toExpected(given, this.#carried.catalog)
    const { events } = this
    const rows: Row[] = Array.from(
      { length: Math.max(events.length, expected.length) },
      (_, index) => rowOf(events[index], expected[index]),
    )
    const first = rows.findIndex(({ fits }) => !fits)
    if (first >= 0) {
      const counts = `${counted(events.length)} of ${this.#named} came, ${expected.length} expected`
      throw this.#failed(
        `${counts}; the first difference is at ${first + 1}.\n\n${sideBySide(rows, first)}`,
        { ...linesOf(rows), operator: 'toMatch', caller: this.toMatch },
      )
    }
    this.#requireNoFailure(events, 'toMatch', this.toMatch)
  }

  toContain(given: readonly Expectation[]): void {
    const expected = toExpected(given, this.#carried.catalog)
    const { events } = this
    const rows: Row[] = []
    for (const event of events) {
      const wanted = expected[rows.length]
      if (wanted !== undefined && mismatchesOf(event, wanted).length === 0) {
        rows.push({ event, expected: wanted, fits: true })
      }
    }
    if (rows.length < expected.length) throw this.#notContained(events, expected, rows)
    const found = rows.map(({ event }) => event!)
    this.#requireNoFailure(found, 'toContain', this.toContain)
  }

  toBeEmpty(): void {
    const { events } = this
    if (events.length > 0) {
      const rows = events.map((event) => rowOf(event, undefined))
      throw this.#failed(
        `No event of ${this.#named} was expected, but ${counted(events.length)} came.\n\n${sideBySide(rows, 0)}`,
        { ...linesOf(rows), operator: 'toBeEmpty', caller: this.toBeEmpty },
      )
    }
    this.#requireNoFailure([], 'toBeEmpty', this.toBeEmpty)
  }

  get #named(): string {
    return this.#patterns.join(', ')
  }

  /** The expectation that nothing fits, with the event that comes closest to it. */
  #notContained(
    events: readonly TradewireEvent[],
    expected: readonly ExpectedEvent[],
    found: readonly Row[],
  ): EventAssertionError {
    const missing = expected[found.length]!
    const previous = found.at(-1)?.event
    const later = events.slice(previous === undefined ? 0 : events.indexOf(previous) + 1)
    const closest = closestTo(missing, later)
    const rows = [
      ...found,
      rowOf(closest, missing),
      ...expected.slice(found.length + 1).map((wanted) => rowOf(undefined, wanted)),
    ]
    const where = found.length === 0 ? '' : ` after the first ${found.length}`
    const about =
      closest === undefined
        ? `Of its type there came none${where}.`
        : [
            'The closest that came:',
            ...mismatchLines(mismatchesOf(closest, missing)),
            `    ${wholeLine(closest)}`,
          ].join('\n')
    const came = later.map(({ type }) => type)
    return this.#failed(
      `Expected event ${found.length + 1} of ${expected.length} did not come${where}: ${expectedLine(missing, closest)}\n\n${about}\n\nThere came${where}: ${came.length === 0 ? 'nothing' : listed(came)}`,
      { ...linesOf(rows), operator: 'toContain', caller: this.toContain },
    )
  }

  #requireNoFailure(
    known: readonly TradewireEvent[],
    operator: string,
    caller: (...given: never[]) => void,
  ): void {
    const { failures } = this.#carried
    failures?.takeReported(known)
    const errors = failures?.tell() ?? []
    if (errors.length === 0) return
    throw failedMeanwhile('The events are as expected, but', errors, operator, caller)
  }

  /** What has failed is told with it: it is often why. */
  #failed(
    message: string,
    parts: ConstructorParameters<typeof EventAssertionError>[1],
  ): EventAssertionError {
    const errors = this.#carried.failures?.tell() ?? []
    if (errors.length === 0) return new EventAssertionError(message, parts)
    const also = errorLines(errors).map((line) => `  ${line}`)
    return new EventAssertionError([message, '', 'Failed meanwhile:', ...also].join('\n'), {
      ...parts,
      cause: errors[0],
    })
  }
}

/** Something has failed that the test did not expect. */
export function failedMeanwhile(
  begin: string,
  errors: readonly Error[],
  operator: string,
  caller: (...given: never[]) => unknown,
): EventAssertionError {
  const lines = errorLines(errors)
  return new EventAssertionError(
    [
      `${begin} this has failed:`,
      ...lines.map((line) => `  ${line}`),
      'If a test expects that, it takes it with takeErrors(), or expects the system.error.',
    ].join('\n'),
    { actual: lines, expected: [], operator, caller, cause: errors[0] },
  )
}

function rowOf(event: TradewireEvent | undefined, expected: ExpectedEvent | undefined): Row {
  const fits =
    event !== undefined && expected !== undefined && mismatchesOf(event, expected).length === 0
  return { event, expected, fits }
}

/** What fits has one line on both sides, so that a runner marks what does not. */
function linesOf(rows: readonly Row[]): { readonly actual: string[]; readonly expected: string[] } {
  const actual = rows.flatMap(({ event, expected }) =>
    event === undefined ? [] : [lineOf(event, expected)],
  )
  const expected = rows.flatMap((row) => {
    if (row.expected === undefined) return []
    return [row.fits ? lineOf(row.event!, row.expected) : expectedLine(row.expected, row.event)]
  })
  return { actual, expected }
}

function closestTo(
  expected: ExpectedEvent,
  events: readonly TradewireEvent[],
): TradewireEvent | undefined {
  let [closest, fewest]: [TradewireEvent | undefined, number] = [undefined, Infinity]
  for (const event of events) {
    if (event.type !== expected.type) continue
    const { length } = mismatchesOf(event, expected)
    if (length < fewest) [closest, fewest] = [event, length]
  }
  return closest
}

function counted(events: number): string {
  return events === 1 ? '1 event' : `${events} events`
}

const mostListed = 20

function listed(types: readonly string[]): string {
  const more = types.length - mostListed
  return `${types.slice(0, mostListed).join(', ')}${more > 0 ? `, and ${more} more` : ''}`
}
