/**
 * For the tests of strategies and handlers: a bus on simulated time that remembers what it carried,
 * expectations of its events, valid payloads, and tests in the form of given, when, then. For any
 * test runner.
 *
 * @module tradewire/testing
 */
export { type TestBus, testBus, type TestBusOptions } from './testing/test-bus.ts'
export { type EventExpectations, expectEvents } from './testing/expect-events.ts'
export type { Expectation, ExpectedEvent, ExpectedValue } from './testing/expectation.ts'
export { type AssertionParts, EventAssertionError } from './testing/assertion-error.ts'
export {
  type PayloadBuilder,
  payloadOf,
  type PayloadOverrides,
  payloadsOf,
} from './testing/payloads.ts'
export { type BarEvent, bars, type BarsOptions, type TestBar } from './testing/bars.ts'
export {
  given,
  type Given,
  type GivenOptions,
  type Reaction,
  type StateChange,
  type StrategyReaction,
  type When,
} from './testing/given.ts'
export type { GivenEvent, TestInput, TestInputs, TimePasses } from './testing/test-input.ts'
