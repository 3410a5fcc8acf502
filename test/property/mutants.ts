import type { DrivenBus, DrivenEvent, SubjectFactory } from './driven-bus.ts'
import { ReferenceBus } from './reference-bus.ts'
import { type Emission, ReferenceDispatch } from './reference-dispatch.ts'
import type { ReferenceSubscription } from './reference-subscription.ts'
import { realBus } from './subject.ts'

/** Buses that are wrong in one way each: whoever cannot tell them from a right one sees nothing. */
export const mutants: Readonly<Record<string, SubjectFactory>> = {
  'consumes once after the call': (settings) => {
    const subject = realBus(settings)
    const on = subject.bus.on.bind(subject.bus)
    Object.assign(subject.bus, {
      on: ((patterns, handler, { once = false, ...options } = {}) => {
        if (!once) return on(patterns, handler, options)
        const subscription = on(
          patterns,
          (event) => {
            try {
              return handler(event)
            } finally {
              subscription.unsubscribe()
            }
          },
          options,
        )
        return subscription
      }) satisfies typeof on,
    })
    return subject
  },

  'resolves an emit before its handlers have settled': (settings) => {
    const subject = realBus(settings)
    const emitSync = subject.bus.emitSync.bind(subject.bus)
    Object.assign(subject.bus, {
      emit: (async (type, data, options) =>
        emitSync(type, data, options)) satisfies DrivenBus['emit'],
    })
    return subject
  },

  'leaves the timer of a wait': (settings) => {
    const subject = realBus(settings)
    const waitFor = subject.bus.waitFor.bind(subject.bus)
    let left = 0
    Object.assign(subject.bus, {
      waitFor: ((patterns, options) => {
        if (options?.timeoutMs !== undefined) left += 1
        return waitFor(patterns, options)
      }) satisfies typeof waitFor,
    })
    return { ...subject, pendingTimers: () => subject.pendingTimers() + left }
  },

  'leaves the abort listener of a wait': (settings) => {
    const subject = realBus(settings)
    const waitFor = subject.bus.waitFor.bind(subject.bus)
    Object.assign(subject.bus, {
      waitFor: ((patterns, options) => {
        options?.signal?.addEventListener('abort', () => {})
        return waitFor(patterns, options)
      }) satisfies typeof waitFor,
    })
    return subject
  },

  'delivers nested emissions at once': referenceWith(
    class extends ReferenceDispatch {
      protected override enqueue(emission: Emission): void {
        if (this.busy) this.dispatch(emission)
        else super.enqueue(emission)
      }
    },
  ),

  'calls handlers that were added during the dispatch': referenceWith(
    class extends ReferenceDispatch {
      protected override *audience(event: DrivenEvent): Iterable<ReferenceSubscription> {
        const called = new Set<ReferenceSubscription>()
        for (;;) {
          const next = this.hearing(event.type).find((one) => !called.has(one))
          if (next === undefined) return
          called.add(next)
          yield next
        }
      }
    },
  ),

  'calls the last registered first': referenceWith(
    class extends ReferenceDispatch {
      protected override compare(
        left: ReferenceSubscription,
        right: ReferenceSubscription,
      ): number {
        return right.priority - left.priority || right.order - left.order
      }
    },
  ),

  'loses an event in a thousand calls': referenceWith(
    class extends ReferenceDispatch {
      protected override call(subscriber: ReferenceSubscription, event: DrivenEvent): unknown {
        if (calls++ % 1_000 === 999) return undefined
        return super.call(subscriber, event)
      }
    },
  ),
}

let calls = 0

function referenceWith(Dispatch: typeof ReferenceDispatch): SubjectFactory {
  return (settings) => {
    const bus = new ReferenceBus(settings, new Dispatch(settings))
    return { bus, advance: (ms) => bus.advance(ms), pendingTimers: () => bus.pendingTimers() }
  }
}
