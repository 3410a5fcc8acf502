import type { TradewireEvent } from '../events/envelope.ts'
import { toPromise } from '../delivery/thenable.ts'

/**
 * Is asked for every event before it is dispatched. Undefined lets it pass at once; a promise that
 * fulfils lets it pass then; one that rejects, or a throw, refuses it.
 */
export type EventGate = (event: TradewireEvent) => Promise<unknown> | undefined

/** What a gate has said of one event in line. */
export class Hold {
  /** An event that was refused, or forgotten, stays in line until its turn, and is passed over. */
  state: 'waiting' | 'passed' | 'over' = 'over'
  /** Whether observers are told if it is refused. */
  readonly told: boolean

  constructor(told: boolean) {
    this.told = told
  }
}

/** What a gate answers. Never throws: what the gate throws is a rejection. */
export function answerOf(gate: EventGate, event: TradewireEvent): Promise<unknown> | undefined {
  try {
    const answer: unknown = gate(event)
    const object = answer !== null && (typeof answer === 'object' || typeof answer === 'function')
    const promise = object ? toPromise(answer) : undefined
    // A promise of our own: the one that was returned may have a `constructor` that throws.
    return promise && new Promise((resolve) => resolve(promise))
  } catch (error) {
    return Promise.reject(error)
  }
}
