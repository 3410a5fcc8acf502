import { encodeEvent } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { catalog, hello, setUp } from '../support/buses.ts'

/** A small world with timers, failures, nested emissions, waits and forwards; all that it emitted. */
async function play(): Promise<string> {
  const { bus, clock } = setUp()
  const { bus: other } = setUp({ run: 'other', clock })
  bus.forward(other, { pattern: 'note.*' })
  bus.on('note.made', async (cause) => {
    await clock.sleep(cause.sequence % 3)
    if (cause.sequence % 4 === 0) throw new Error(`refuses ${cause.id}`)
    await bus.emit('note.read', cause.data, { cause, metadata: { step: cause.sequence } })
  })
  bus.on('note.*', () => clock.sleep(0.5), { priority: 5 })
  other.on('note.read', (cause) => other.emitSync('alarm.rung', hello, { cause }))
  const wait = bus.waitFor('alarm.rung', { timeoutMs: 4 }).catch(({ code }) => {
    bus.emitSync('action.give_up.start', { text: String(code) })
  })
  for (let step = 0; step < 20; step += 1) {
    const text = `step ${step}`
    if (step % 5 === 0) void bus.emitSerial('note.made', { text })
    else if (step % 7 === 0) void bus.emitBatch([{ type: 'note.made', data: { text } }])
    else void bus.emit('note.made', { text })
    await clock.advanceBy(0.75)
  }
  await clock.advanceBy(100)
  await wait
  await Promise.all([bus.idle(), other.idle()])
  const events = [...bus.history.query(), ...other.history.query()]
  return events.map((event) => JSON.stringify(encodeEvent(event, catalog))).join('\n')
}

describe('determinism', () => {
  it('gives the same events, byte for byte, for the same input on a simulated clock', async () => {
    const first = await play()
    expect(await play()).toBe(first)
    const lines = first.split('\n')
    expect(lines.length).toBeGreaterThan(60)
    for (const part of ['system.error', 'action.give_up.start', 'other-', '"timestamp":1010.25']) {
      expect(first).toContain(part)
    }
  })
})
