import { describe, expect, it, vi } from 'vitest'
import { hello, setUp, type TestBus } from '../support/buses.ts'

/** Calls `work` from the lowest 2,000 calls of a full stack, the deepest first. */
function fromTheBottom(work: () => void): number {
  let calls = 0
  const dive = (): void => {
    try {
      dive()
    } catch {
      // The stack is full below.
    }
    if (calls === 2_000) return
    calls += 1
    try {
      work()
    } catch {
      // Whoever emits may be told that the stack is full.
    }
  }
  dive()
  return calls
}

const many = Array.from({ length: 1_000 }, () => 1)

function fail(): never {
  throw new Error('handler')
}

const three = ['note.read', 'alarm.rung', 'note.made'].map(
  (type) => ({ type: type as 'note.made', data: hello }) as const,
)

/** A bus whose handlers fail, emit and need more room than it takes to report that there is none. */
function busy() {
  const { bus } = setUp({ validate: false, history: 0 })
  bus.observe({ onFailed: () => {}, onDropped: () => {} })
  bus.on('note.made', fail)
  bus.on('note.*', () => Math.max(...many))
  bus.on('note.made', () => bus.emitSync('alarm.rung', hello))
  const heard: number[] = []
  bus.onAny(({ sequence }) => heard.push(sequence))
  return { bus, heard }
}

describe('a full stack', () => {
  it.each<[string, (bus: TestBus) => void]>([
    ['emitSync', (bus) => void bus.emitSync('note.made', hello)],
    ['emit', (bus) => void bus.emit('note.made', hello)],
    ['emitSerial', (bus) => void bus.emitSerial('note.made', hello)],
    ['emitBatch', (bus) => void bus.emitBatch(three)],
  ])('leaves a bus that works after %s', async (_name, emit) => {
    const complaints = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { bus, heard } = busy()
    expect(fromTheBottom(() => emit(bus))).toBe(2_000)
    await bus.idle()
    heard.length = 0
    const event = await bus.emit('note.made', hello)
    complaints.mockRestore()
    // The event, what its handlers have emitted, and the failure, in one order.
    const last = event.sequence
    expect(heard.slice(heard.indexOf(last))).toEqual([last, last + 1, last + 2])
    expect(heard).toEqual(heard.toSorted((left, right) => left - right))
  })
})
