import { fc, test } from '@fast-check/vitest'
import { type Clock, SimulatedClock } from 'tradewire'
import { describe, expect, it } from 'vitest'
import { MemoryGuard } from '../../src/delivery/memory-guard.ts'
import { type Schedulable, Scheduler } from '../../src/delivery/scheduler.ts'
import { Counts } from '../../src/delivery/stats.ts'
import { rest } from '../support/buses.ts'

/** A mailbox that has calls to make in the lanes that it is given, one after the other. */
class Caller implements Schedulable {
  readonly counts = new Counts()
  readonly pending = 0
  readonly depth = 0
  previous: Schedulable | undefined = undefined
  next: Schedulable | undefined = undefined
  readonly running = 0
  ringLane = -1
  updates = 0
  readonly id: string
  readonly lanes: number[]
  readonly #scheduler: Scheduler
  readonly #onStep: (caller: Caller) => void

  constructor(
    scheduler: Scheduler,
    id: string,
    lanes: readonly number[],
    onStep: (caller: Caller) => void,
  ) {
    this.id = id
    this.lanes = [...lanes]
    this.#scheduler = scheduler
    this.#onStep = onStep
    scheduler.join(this)
    this.update()
  }

  step(): void {
    this.lanes.shift()
    this.#onStep(this)
    this.update()
  }

  update(): void {
    this.updates += 1
    const lane = this.lanes[0]
    if (lane === undefined) this.#scheduler.remove(this)
    else this.#scheduler.add(this, lane)
  }

  abandon(): void {}
  end(): void {}
  shed(): void {}
  watch(): void {}
}

/** A clock that runs only when it is told to, and is not deterministic. */
class LiveClock implements Clock {
  readonly deterministic = false
  readings = 0
  #now = 0

  pass(durationMs: number): void {
    this.#now += durationMs
  }

  now(): number {
    return this.#now
  }

  monotonic(): number {
    this.readings += 1
    return this.#now
  }

  setTimer(): never {
    throw new Error('the scheduler sets no timers')
  }

  async sleep(): Promise<void> {}
}

function schedulerOn(clock: Clock) {
  const log: string[] = []
  const quiet: number[] = []
  const scheduler = new Scheduler(
    clock,
    () => quiet.push(log.length),
    () => false,
  )
  const caller = (name: string, lanes: readonly number[]): Caller =>
    new Caller(scheduler, name, lanes, () => log.push(name))
  return { scheduler, log, quiet, caller }
}

const many = (count: number, lane = 2): number[] => Array.from({ length: count }, () => lane)

describe('Scheduler', () => {
  it('starts calls in a microtask, and mailboxes of one lane take turns', async () => {
    const { log, caller } = schedulerOn(new SimulatedClock())
    caller('a', many(3))
    caller('b', many(2))
    expect(log).toEqual([])
    await Promise.resolve()
    expect(log.join('')).toBe('ababa')
  })

  it('lets mailboxes of different lanes take turns by their weights', async () => {
    const { log, caller } = schedulerOn(new SimulatedClock())
    for (const [lane, name] of ['c', 'h', 'n', 'l'].entries()) caller(name, many(15, lane))
    await rest()
    expect(log.slice(0, 15).join('')).toBe('chcnchclchcnchc')
    expect(log).toHaveLength(60)
  })

  it('starts again when something comes after it has come to rest', async () => {
    const { log, caller } = schedulerOn(new SimulatedClock())
    caller('a', many(1))
    await rest()
    caller('b', many(1))
    await rest()
    expect(log.join('')).toBe('ab')
  })

  it('moves a mailbox to another lane, and leaves it in its place in the same one', async () => {
    const { scheduler, log, caller } = schedulerOn(new SimulatedClock())
    const [first, second] = [caller('a', [2]), caller('b', [2])]
    scheduler.add(first, 2)
    scheduler.add(second, 0)
    expect([first.ringLane, second.ringLane]).toEqual([2, 0])
    await rest()
    expect(log.join('')).toBe('ba')
  })

  it('takes a mailbox out of line, and does nothing for one that is not in it', async () => {
    const { scheduler, log, caller } = schedulerOn(new SimulatedClock())
    const [first] = [caller('a', [2]), caller('b', [2])]
    scheduler.remove(first)
    scheduler.remove(first)
    expect(first.ringLane).toBe(-1)
    await rest()
    expect(log.join('')).toBe('b')
  })

  it('calls nobody while it is paused, and asks all to look anew', async () => {
    const { scheduler, log, caller } = schedulerOn(new SimulatedClock())
    const first = caller('a', many(2))
    scheduler.pause()
    expect([scheduler.paused, first.updates]).toEqual([true, 2])
    caller('b', many(1))
    await rest()
    expect(log).toEqual([])
    scheduler.resume()
    expect([scheduler.paused, first.updates]).toEqual([false, 3])
    await rest()
    expect(log.join('')).toBe('aba')
  })

  it('stops within a turn when it is paused, and starts once when it is resumed there', async () => {
    const { scheduler } = schedulerOn(new SimulatedClock())
    const log: string[] = []
    const halting = new Caller(scheduler, 'a', many(4), ({ lanes }) => {
      log.push('a')
      if (lanes.length === 2) scheduler.pause()
    })
    await rest()
    expect(log).toHaveLength(2)
    scheduler.resume()
    scheduler.resume()
    scheduler.pause()
    scheduler.resume()
    await rest()
    expect(log).toHaveLength(4)
    expect(halting.ringLane).toBe(-1)
  })

  it('tells when the last mailbox that had something to do has nothing any more', () => {
    const { scheduler, quiet } = schedulerOn(new SimulatedClock())
    expect(scheduler.busy).toBe(false)
    scheduler.activity(1)
    scheduler.activity(1)
    scheduler.activity(-1)
    expect([scheduler.busy, quiet.length]).toEqual([true, 0])
    scheduler.activity(-1)
    expect([scheduler.busy, quiet.length]).toEqual([false, 1])
  })

  it('keeps the counts of a mailbox that leaves, once', () => {
    const { scheduler, caller } = schedulerOn(new SimulatedClock())
    const mailbox = caller('a', [])
    mailbox.counts.accepted = 3
    expect([...scheduler.mailboxes]).toEqual([mailbox])
    scheduler.leave(mailbox)
    scheduler.leave(mailbox)
    expect(scheduler.mailboxes.size).toBe(0)
    expect(scheduler.gone.accepted).toBe(3)
  })

  it('gives up nothing for want of memory unless it has a guard that says so', () => {
    const { scheduler } = schedulerOn(new SimulatedClock())
    expect(scheduler.sheds(3)).toBe(false)
    const settings = { thresholdBytes: 1, usage: () => ({ heapUsed: 1 }), checkEvery: 1 }
    scheduler.guard = new MemoryGuard(settings, { shed: () => {}, failed: () => {} })
    expect([scheduler.sheds(3), scheduler.sheds(0)]).toEqual([true, false])
  })

  it('reads the time once, until it is told that time has passed', () => {
    const clock = new LiveClock()
    const { scheduler } = schedulerOn(clock)
    expect([scheduler.now(), scheduler.now()]).toEqual([0, 0])
    expect(clock.readings).toBe(1)
    clock.pass(10)
    expect(scheduler.now()).toBe(0)
    expect([scheduler.readNow(), scheduler.now()]).toEqual([10, 10])
    expect(clock.readings).toBe(2)
    clock.pass(10)
    scheduler.forgetNow()
    expect(scheduler.now()).toBe(20)
  })

  it('makes way after 256 calls on a live clock, and goes on in a later turn', async () => {
    const { log, caller } = schedulerOn(new LiveClock())
    caller('a', many(600))
    const turns: number[] = []
    for (let turn = 0; turn < 3; turn += 1) {
      await Promise.resolve()
      turns.push(log.length)
      await rest()
    }
    expect(turns).toEqual([256, 512, 600])
  })

  it('makes way after 5 ms on a live clock', async () => {
    const clock = new LiveClock()
    const { scheduler } = schedulerOn(clock)
    const log: number[] = []
    const slow = new Caller(scheduler, 'a', many(5), () => {
      clock.pass(2)
      log.push(scheduler.readNow())
    })
    await Promise.resolve()
    expect(log).toEqual([2, 4, 6])
    await rest()
    expect(log).toEqual([2, 4, 6, 8, 10])
    expect(slow.lanes).toEqual([])
  })

  it('counts the calls of one turn over all that are asked for one after the other', async () => {
    const { log, caller } = schedulerOn(new LiveClock())
    const asking = caller('a', [])
    for (let call = 0; call < 300; call += 1) {
      asking.lanes.push(2)
      asking.update()
      await Promise.resolve()
    }
    expect(log).toHaveLength(256)
    await rest()
    expect(log).toHaveLength(300)
  })

  it('counts the time of one turn over all calls, and not the time between them', async () => {
    const clock = new LiveClock()
    const { scheduler } = schedulerOn(clock)
    const log: number[] = []
    const asking = new Caller(scheduler, 'a', [], () => {
      clock.pass(2)
      log.push(scheduler.readNow())
    })
    for (let call = 0; call < 4; call += 1) {
      clock.pass(100)
      asking.lanes.push(2)
      asking.update()
      await Promise.resolve()
    }
    expect(log).toEqual([102, 204, 306])
    await rest()
    expect(log).toHaveLength(4)
  })

  it('holds calls back until it is told to start them, at once', async () => {
    const { scheduler, log, caller } = schedulerOn(new SimulatedClock())
    expect(scheduler.hold()).toBe(true)
    caller('a', many(2))
    await rest()
    expect(log).toEqual([])
    scheduler.release()
    expect(log).toEqual(['a', 'a'])
    caller('b', many(1))
    await Promise.resolve()
    expect(log).toEqual(['a', 'a', 'b'])
  })

  it('holds nothing back while it is starting calls, or is about to', async () => {
    const { scheduler, caller } = schedulerOn(new SimulatedClock())
    const answers: boolean[] = []
    const asking = new Caller(scheduler, 'a', many(1), () => answers.push(scheduler.hold()))
    answers.push(scheduler.hold())
    caller('b', many(1))
    await rest()
    expect(answers).toEqual([false, false])
    expect(asking.lanes).toEqual([])
    expect(scheduler.hold()).toBe(true)
  })

  it('does not make way on a deterministic clock', async () => {
    const { log, caller } = schedulerOn(new SimulatedClock())
    caller('a', many(5_000))
    await Promise.resolve()
    expect(log).toHaveLength(5_000)
  })

  const lane = fc.integer({ min: 0, max: 3 })
  const others = fc.array(fc.array(lane, { minLength: 100, maxLength: 100 }), {
    minLength: 1,
    maxLength: 6,
  })
  test.prop([lane, others])(
    'starts a call of each of m ready mailboxes within 2 m, 4 m, 8 m or 15 m calls',
    async (own, busy) => {
      const { log, caller } = schedulerOn(new SimulatedClock())
      for (const [index, lanes] of busy.entries()) caller(`other ${index}`, lanes)
      caller('own', many(5, own))
      await rest()
      const bound = [2, 4, 8, 15][own]! * (busy.length + 1)
      let previous = -1
      for (let call = 0; call < 5; call += 1) {
        const index = log.indexOf('own', previous + 1)
        expect(index - previous).toBeLessThanOrEqual(bound)
        previous = index
      }
    },
  )
})
