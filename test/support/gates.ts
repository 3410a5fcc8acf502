import { rest, type TestBus } from './buses.ts'

/** A gate that holds every event until it is told what to do with it, by sequence. */
export function heldBy(bus: TestBus) {
  const asked: number[] = []
  const waiting = new Map<number, PromiseWithResolvers<void>>()
  const registration = bus.hold(({ sequence }) => {
    asked.push(sequence)
    const answer = Promise.withResolvers<void>()
    waiting.set(sequence, answer)
    return answer.promise
  })
  const pass = (...sequences: number[]): Promise<void> => {
    for (const sequence of sequences) waiting.get(sequence)!.resolve()
    return rest()
  }
  const refuse = (sequence: number, error: unknown = new Error('planted')): Promise<void> => {
    waiting.get(sequence)!.reject(error)
    return rest()
  }
  return { asked, pass, refuse, registration }
}
