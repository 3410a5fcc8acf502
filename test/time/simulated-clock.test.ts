import { describe, expect, it } from 'vitest'
import { fc, test } from '@fast-check/vitest'
import { ConfigurationError } from '../../src/errors/tradewire-error.ts'
import { ClockBusyError, SimulatedClock } from '../../src/time/simulated-clock.ts'

const notADelay = [-1, Number.NaN, Infinity, '5', undefined]

describe('SimulatedClock', () => {
  it('stands at 0, or where it is started', () => {
    expect(new SimulatedClock().now()).toBe(0)
    const clock = new SimulatedClock({ start: 1_767_225_600_000.25 })
    expect(clock.now()).toBe(1_767_225_600_000.25)
    expect(clock.monotonic()).toBe(0)
    expect(clock.deterministic).toBe(true)
  })

  it.each([Number.NaN, Infinity, '0'])('refuses to start at %o', (start) => {
    expect(() => new SimulatedClock({ start: start as number })).toThrow(ConfigurationError)
  })

  it('refuses an unknown option', () => {
    // @ts-expect-error: a misspelt option on purpose
    expect(() => new SimulatedClock({ begin: 0 })).toThrow('It knows: start')
  })

  it('fires what is due, each at its own time, and ends at the time it was told', async () => {
    const clock = new SimulatedClock({ start: 1_000 })
    const seen: [string, number, number][] = []
    const note = (name: string) => () => void seen.push([name, clock.now(), clock.monotonic()])
    clock.setTimer(300, note('late'))
    clock.setTimer(100, note('early'))
    clock.setTimer(0, note('now'))
    clock.setTimer(300.5, note('after'))
    await clock.advanceBy(300)
    expect(seen).toEqual([
      ['now', 1_000, 0],
      ['early', 1_100, 100],
      ['late', 1_300, 300],
    ])
    expect(clock.now()).toBe(1_300)
    expect(clock.pendingTimers).toBe(1)
    await clock.advanceTo(5_000)
    expect(seen.at(-1)).toEqual(['after', 1_300.5, 300.5])
    expect(clock.now()).toBe(5_000)
  })

  it('fires nothing before it is advanced', async () => {
    const clock = new SimulatedClock()
    let fired = false
    clock.setTimer(0, () => {
      fired = true
    })
    await Promise.resolve()
    expect(fired).toBe(false)
    await clock.advanceBy(0)
    expect(fired).toBe(true)
  })

  it('fires timers of one time in the order they were set', async () => {
    const clock = new SimulatedClock()
    const seen: number[] = []
    for (let index = 0; index < 50; index += 1) clock.setTimer(5, () => void seen.push(index))
    await clock.advanceBy(5)
    expect(seen).toEqual(Array.from({ length: 50 }, (_, index) => index))
  })

  it('fires a timer that a timer set, once and at its own time', async () => {
    const clock = new SimulatedClock()
    const seen: number[] = []
    const tick = (): void => {
      seen.push(clock.now())
      clock.setTimer(10, tick)
    }
    clock.setTimer(10, tick)
    await clock.advanceBy(45)
    expect(seen).toEqual([10, 20, 30, 40])
    expect(clock.pendingTimers).toBe(1)
  })

  it('lets what a timer woke come to rest before the next one fires', async () => {
    const clock = new SimulatedClock()
    const seen: string[] = []
    const work = async (): Promise<void> => {
      await clock.sleep(10)
      for (let step = 0; step < 20; step += 1) await Promise.resolve()
      seen.push(`woken at ${clock.now()}`)
      await clock.sleep(5)
      seen.push(`woken at ${clock.now()}`)
    }
    const working = work()
    clock.setTimer(12, () => void seen.push('timer at 12'))
    await clock.advanceBy(20)
    await working
    expect(seen).toEqual(['woken at 10', 'timer at 12', 'woken at 15'])
  })

  it('lets an asynchronous callback wait for the clock that called it', async () => {
    const clock = new SimulatedClock()
    const seen: string[] = []
    clock.setTimer(10, async () => {
      await clock.sleep(5)
      seen.push(`slept until ${clock.now()}`)
    })
    clock.setTimer(12, () => void seen.push('timer at 12'))
    await clock.advanceTo(20)
    expect(seen).toEqual(['timer at 12', 'slept until 15'])
  })

  it('rejects with what an asynchronous callback rejects with, and goes on when asked again', async () => {
    const clock = new SimulatedClock()
    const seen: number[] = []
    clock.setTimer(5, async () => {
      await Promise.resolve()
      throw new Error('from the callback')
    })
    clock.setTimer(6, () => void seen.push(clock.now()))
    await expect(clock.advanceTo(20)).rejects.toThrow('from the callback')
    expect(clock.now()).toBe(5)
    await clock.advanceTo(20)
    expect(seen).toEqual([6])
  })

  it('does not fire a cancelled timer', async () => {
    const clock = new SimulatedClock()
    let fired = 0
    const timer = clock.setTimer(5, () => void (fired += 1))
    expect(clock.pendingTimers).toBe(1)
    timer.cancel()
    timer.cancel()
    expect(clock.pendingTimers).toBe(0)
    await clock.advanceBy(10)
    expect(fired).toBe(0)
  })

  it('ignores the cancelling of a timer that has fired, or is firing', async () => {
    const clock = new SimulatedClock()
    const timer = clock.setTimer(5, () => timer.cancel())
    clock.setTimer(6, () => {})
    await clock.advanceBy(5)
    timer.cancel()
    expect(clock.pendingTimers).toBe(1)
  })

  it('rejects the advance with what a timer threw, and stands at its time', async () => {
    const clock = new SimulatedClock()
    const failure = new Error('timer failed')
    let later = false
    clock.setTimer(5, () => {
      throw failure
    })
    clock.setTimer(7, async () => {
      throw failure
    })
    clock.setTimer(9, () => {
      later = true
    })
    await expect(clock.advanceBy(10)).rejects.toBe(failure)
    expect(clock.now()).toBe(5)
    await expect(clock.advanceTo(10)).rejects.toBe(failure)
    expect(clock.now()).toBe(7)
    await clock.advanceTo(10)
    expect(later).toBe(true)
  })

  it('refuses to advance while it advances', async () => {
    const clock = new SimulatedClock()
    const first = clock.advanceBy(10)
    await expect(clock.advanceBy(5)).rejects.toBeInstanceOf(ClockBusyError)
    await first
    expect(clock.now()).toBe(10)
    clock.setTimer(1, () => clock.advanceBy(1))
    await expect(clock.advanceBy(5)).rejects.toMatchObject({ code: 'CLOCK_BUSY' })
  })

  it('refuses to go back', async () => {
    const clock = new SimulatedClock({ start: 100 })
    await expect(clock.advanceTo(99)).rejects.toThrow(
      'time must not go back: the clock stands at 100, and was told 99.',
    )
    await clock.advanceTo(100)
    expect(clock.now()).toBe(100)
  })

  it.each(notADelay)('refuses a delay of %o', async (delay) => {
    const clock = new SimulatedClock()
    const delayMs = delay as number // a wrong type on purpose
    expect(() => clock.setTimer(delayMs, () => {})).toThrow(ConfigurationError)
    await expect(clock.sleep(delayMs)).rejects.toBeInstanceOf(ConfigurationError)
    await expect(clock.advanceBy(delayMs)).rejects.toBeInstanceOf(ConfigurationError)
    if (delay !== -1) await expect(clock.advanceTo(delayMs)).rejects.toThrow('time must')
    expect(clock.pendingTimers).toBe(0)
  })

  it('refuses a callback that is no function', () => {
    // @ts-expect-error: a wrong type on purpose
    expect(() => new SimulatedClock().setTimer(1, 'callback')).toThrow(ConfigurationError)
  })

  test.prop([fc.array(fc.record({ delay: fc.nat(50), cancel: fc.boolean() }), { maxLength: 200 })])(
    'fires exactly the timers that were not cancelled, by time and then by registration',
    async (plans) => {
      const clock = new SimulatedClock()
      const fired: number[] = []
      const timers = plans.map(({ delay }, index) =>
        clock.setTimer(delay, () => void fired.push(index)),
      )
      for (const [index, { cancel }] of plans.entries()) if (cancel) timers[index]!.cancel()
      const expected = plans
        .map(({ delay, cancel }, index) => ({ delay, cancel, index }))
        .filter(({ cancel }) => !cancel)
        .toSorted((left, right) => left.delay - right.delay || left.index - right.index)
        .map(({ index }) => index)
      expect(clock.pendingTimers).toBe(expected.length)
      await clock.advanceBy(50)
      expect(fired).toEqual(expected)
      expect(clock.pendingTimers).toBe(0)
    },
  )
})

describe('SimulatedClock for drivers of recorded data', () => {
  it('skips to a time unless a timer is due before it', async () => {
    const clock = new SimulatedClock({ start: 10 })
    let fired = 0
    clock.setTimer(5, () => {
      fired += 1
    })
    expect(clock.nextTimerAt).toBe(15)
    expect([clock.skipTo(12), clock.now()]).toEqual([true, 12])
    expect([clock.skipTo(15), clock.now()]).toEqual([true, 15])
    expect([clock.skipTo(16), clock.now()]).toEqual([false, 15])
    expect(fired).toBe(0)
    await clock.advanceBefore(16)
    expect([fired, clock.now(), clock.nextTimerAt]).toEqual([1, 16, undefined])
  })

  it('leaves timers at the time that it advances before, and passes over cancelled ones', async () => {
    const clock = new SimulatedClock()
    const fired: number[] = []
    for (const at of [1, 2, 3]) clock.setTimer(at, () => void fired.push(at))
    clock.setTimer(1, () => void fired.push(-1)).cancel()
    await clock.advanceBefore(3)
    expect(fired).toEqual([1, 2])
    await clock.advanceTo(3)
    expect(fired).toEqual([1, 2, 3])
  })

  it('settles before the first timer and after each one', async () => {
    const clock = new SimulatedClock()
    const order: string[] = []
    clock.setTimer(1, () => void order.push('timer'))
    await clock.advanceBefore(5, async () => void order.push(`settled at ${clock.now()}`))
    expect(order).toEqual(['settled at 0', 'timer', 'settled at 1'])
  })

  it('refuses to skip back, to infinity, and while it advances', async () => {
    const clock = new SimulatedClock({ start: 10 })
    for (const time of [9, Number.NaN, Infinity]) {
      expect(() => clock.skipTo(time)).toThrow(/time must/)
      await expect(clock.advanceBefore(time)).rejects.toThrow(/time must/)
    }
    const advancing = clock.advanceTo(20)
    expect(() => clock.skipTo(30)).toThrow(/advancing already/)
    await advancing
  })

  it('counts those who sleep', async () => {
    const clock = new SimulatedClock()
    const sleeping = [clock.sleep(1), clock.sleep(2)]
    expect(clock.sleepers).toBe(2)
    await clock.advanceBy(1)
    expect(clock.sleepers).toBe(1)
    await clock.advanceBy(1)
    await Promise.all(sleeping)
    expect(clock.sleepers).toBe(0)
  })
})
