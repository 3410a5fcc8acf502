import { EventEmitter as NodeEmitter } from 'node:events'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { setUp } from './support.ts'

interface Emitter {
  on(name: string, listener: () => void): unknown
  once(name: string, listener: () => void): unknown
  prependListener(name: string, listener: () => void): unknown
  prependOnceListener(name: string, listener: () => void): unknown
  off(name: string, listener: () => void): unknown
  emit(name: string): boolean
  listenerCount(name: string): number
  eventNames(): (string | symbol)[]
}

const methods = ['on', 'once', 'prependListener', 'prependOnceListener', 'off', 'emit'] as const

type Step = readonly [method: (typeof methods)[number], name: string, listener: number]

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.tuple(fc.constantFrom(...methods), fc.constantFrom('a', 'b', '__proto__'), fc.nat({ max: 2 })),
  { maxLength: 40 },
)

/** All that can be seen of an emitter that is led through `list`. */
function trace(emitter: Emitter, list: readonly Step[]): unknown[] {
  const seen: unknown[] = []
  const listeners = [0, 1, 2].map((index) => () => void seen.push(index))
  for (const [method, name, index] of list) {
    if (method === 'emit') seen.push(emitter.emit(name))
    else emitter[method](name, listeners[index]!)
    seen.push(emitter.listenerCount(name), emitter.eventNames())
  }
  return seen
}

describe('LegacyAdapter with names that the catalog does not know', () => {
  it('is what an emitter of Node is, as long as listeners emit nothing', () => {
    fc.assert(
      fc.property(steps, (list) => {
        expect(trace(setUp().adapter, list)).toEqual(trace(new NodeEmitter(), list))
      }),
    )
  })
})
