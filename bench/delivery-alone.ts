import {
  type BusOptions,
  createBus,
  type Subscription,
  SystemClock,
  type TradewireEvent,
} from 'tradewire'
// The parts below are not in the public door; everything else of a bench is.
import { DeadLetters } from '../src/delivery/dead-letters.ts'
import { Delivery } from '../src/delivery/delivery.ts'
import type { DeliveryHost } from '../src/delivery/host.ts'
import { type DeliveryOptions, toDeliverySettings } from '../src/delivery/options.ts'
import { Scheduler } from '../src/delivery/scheduler.ts'
import { itemAt, type Work } from './delivery-work.ts'

/** A mailbox without a bus: made events go in, and calls of a handler come out. */
export interface LoneMailbox {
  accept(index: number): void
  idle(): Promise<void>
}

/**
 * The real mailbox, scheduler and attempts, with a host that dispatches nothing. What is missing is
 * the emission: validation, envelope, clock, history and the way through the list of subscribers.
 */
export function loneMailbox(options: DeliveryOptions, work: Work): LoneMailbox {
  const events = eventsMadeBeforehand()
  let quiet: (() => void) | undefined
  const clock = new SystemClock()
  const scheduler = new Scheduler(
    clock,
    () => quiet?.(),
    () => false,
  )
  const delivery = new Delivery(
    toDeliverySettings(options, undefined),
    ({ data }: TradewireEvent) => work(data as ReturnType<typeof itemAt>),
    someSubscription(),
    false,
    hostOf(clock, scheduler),
  )
  return {
    accept(index) {
      void delivery.accept(events[index & 1_023]!)
    },
    async idle() {
      if (!scheduler.busy) return
      await new Promise<void>((resolve) => {
        quiet = resolve
      })
    },
  }
}

function eventsMadeBeforehand(): readonly TradewireEvent[] {
  const bus = createBus({ history: 0 } satisfies BusOptions<never>)
  return Array.from({ length: 1_024 }, (_, index) =>
    bus.emitSync('market.trade_tick', itemAt(index)),
  )
}

function someSubscription(): Subscription {
  return createBus().on('market.trade_tick', () => {})
}

function hostOf(clock: SystemClock, scheduler: Scheduler): DeliveryHost {
  return {
    clock,
    scheduler,
    deadLetters: new DeadLetters(1, () => undefined),
    random: Math.random,
    depth: 0,
    probeName: 'bench_',
    during(_depth, work) {
      work()
      return false
    },
    handled() {},
    lost: unexpected,
    failed: unexpected,
    gaveUp: unexpected,
    maxDepth: 100,
    finished() {},
    complain: unexpected,
    warn: unexpected,
    consumed: unexpected,
  }
}

function unexpected(): never {
  throw new Error('Nothing is lost here, and nothing fails.')
}
