import { describe, expect, it } from 'vitest'
import { activityOf, ahead, emitterOf, replayOnto } from '../../src/bus/backstage.ts'
import { type Bus, createBus } from '../../src/bus/bus.ts'
import { Decimal } from '../../src/events/decimal.ts'
import type { TradewireEvent } from '../../src/events/envelope.ts'
import type { TradeTick } from '../../src/events/market.ts'
import { SimulatedClock } from '../../src/time/simulated-clock.ts'

const tick = (price: string): TradeTick => ({
  symbol: 'BTCUSDT',
  timestamp: 1,
  price: new Decimal(price),
  size: new Decimal(1),
  aggressorSide: 'buy',
})

const warning = (code: string) => ({ timestamp: 1, code, message: code })

interface Setup {
  readonly bus: Bus
  readonly clock: SimulatedClock
  readonly errors: unknown[]
  readonly seen: string[]
}

function setup(): Setup {
  const errors: unknown[] = []
  const seen: string[] = []
  const clock = new SimulatedClock()
  const bus = createBus({ clock, onError: (error) => errors.push(error) })
  bus.on('*', ({ type, sequence, data }) => {
    const what = type === 'system.warning' ? (data as { code: string }).code : type.slice(7)
    seen.push(`${sequence} ${what}`)
  })
  return { bus, clock, errors, seen }
}

const type = 'market.trade_tick'

describe('ahead', () => {
  it('acts before the event is numbered, so that what it emits comes first', () => {
    const { bus, seen } = setup()
    ahead<TradeTick>(bus, type, ({ price }) => {
      bus.emitSync('system.warning', warning(`before ${price.toFixed()}`))
    })
    bus.emitSync(type, tick('1'))
    expect(seen).toEqual(['1 before 1', '2 trade_tick'])
  })

  it('keeps the order inside a dispatch, with options, in a batch and for what another bus forwards', async () => {
    const { bus, seen } = setup()
    ahead<TradeTick>(bus, type, ({ price }) => {
      bus.emitSync('system.warning', warning(`before ${price.toFixed()}`))
    })
    bus.once('market.data_update', () => {
      bus.emitSync(type, tick('1'))
      bus.emitSync(type, tick('2'), { source: 'other' })
    })
    bus.emitSync('market.data_update', { symbol: 'X', timestamp: 1, last: new Decimal(1) })
    await bus.emitBatch([
      { type, data: tick('3') },
      { type, data: tick('4') },
    ])
    const other = createBus({ run: 'other' })
    other.forward(bus)
    await other.emit(type, tick('5'))
    const ticks = seen.filter((line) => !line.endsWith('data_update'))
    expect(ticks.map((line) => line.replace(/^\d+ /, ''))).toEqual(
      ['1', '2', '3', '4', '5'].flatMap((price) => [`before ${price}`, 'trade_tick']),
    )
    expect(seen.map((line) => Number.parseInt(line, 10))).toEqual(seen.map((_, index) => index + 1))
  })

  it('does not act on a payload that is refused, nor on other types', () => {
    const { bus } = setup()
    const acted: unknown[] = []
    ahead(bus, type, (data) => acted.push(data))
    expect(() => bus.emitSync(type, { ...tick('1'), size: new Decimal(0) })).toThrow(/size/)
    bus.emitSync('system.warning', warning('other'))
    expect(acted).toEqual([])
  })

  it('sends what a hook throws to the last resort, and lets the event pass', () => {
    const { bus, errors, seen } = setup()
    ahead(bus, type, () => {
      throw new Error('no book')
    })
    bus.emitSync(type, tick('1'))
    expect(errors).toMatchObject([{ message: 'no book' }])
    expect(seen).toEqual(['1 trade_tick'])
  })

  it('refuses the event if a hook closes the bus', () => {
    const { bus } = setup()
    ahead(bus, type, () => void bus.close())
    expect(() => bus.emitSync(type, tick('1'))).toThrow(/closed/)
  })

  it('calls several hooks in their order, and those that stay after one was removed', () => {
    const { bus } = setup()
    const acted: string[] = []
    const hooks = ['a', 'b', 'c'].map((name) => ahead(bus, type, () => acted.push(name)))
    bus.emitSync(type, tick('1'))
    hooks[1]!.remove()
    bus.emitSync(type, tick('1'))
    hooks[2]!.remove()
    bus.emitSync(type, tick('1'))
    hooks[0]!.remove()
    bus.emitSync(type, tick('1'))
    expect(acted.join('')).toBe('abcaca')
  })

  it('refuses what is no bus of ours', () => {
    expect(() => ahead({}, type, () => {})).toThrow(/createBus/)
  })
})

describe('replayOnto', () => {
  it('keeps id, sequence, times, causes and metadata, and numbers what comes after it', () => {
    const live = createBus({ clock: new SimulatedClock({ start: 7 }), run: 'live' })
    live.emitSync('system.warning', warning('first'))
    const cause = live.emitSync(type, tick('1'), { metadata: { line: 3 }, source: 'feed' })
    const effect = live.emitSync('system.warning', warning('effect'), { cause })
    const { bus, seen } = setup()
    const again: TradewireEvent[] = [cause, effect].map((event) => replayOnto(bus, event))
    expect(again.map((event) => JSON.stringify(event))).toEqual(
      [cause, effect].map((event) => JSON.stringify(event)),
    )
    expect(bus.emitSync(type, tick('2')).sequence).toBe(4)
    expect(seen).toEqual(['2 trade_tick', '3 effect', '4 trade_tick'])
  })

  it('joins the line inside a dispatch', () => {
    const live = createBus({ run: 'live' })
    live.emitSync('system.warning', warning('first'))
    live.emitSync('system.warning', warning('second'))
    const recorded = live.emitSync(type, tick('1'))
    const { bus, seen } = setup()
    bus.once('system.warning', () => {
      replayOnto(bus, recorded)
      seen.push('handled')
    })
    bus.emitSync('system.warning', warning('now'))
    expect(seen).toEqual(['1 now', 'handled', '3 trade_tick'])
  })

  it('refuses to go back', () => {
    const live = createBus({ run: 'live' })
    const recorded = live.emitSync(type, tick('1'))
    const { bus } = setup()
    bus.emitSync(type, tick('1'))
    expect(() => replayOnto(bus, recorded)).toThrow(/above 1, but it is 1/)
  })
})

describe('emitterOf', () => {
  it('emits by a source, because of a cause', () => {
    const { bus } = setup()
    const emit = emitterOf(bus)
    const cause = emit(type, tick('1'), 'feed', undefined)
    const effect = emit('system.warning', warning('x'), 'desk', cause)
    expect([cause.source, cause.causationId]).toEqual(['feed', undefined])
    expect([effect.source, effect.causationId, effect.correlationId]).toEqual([
      'desk',
      cause.id,
      cause.id,
    ])
    expect(() => emit(type, { ...tick('1'), size: new Decimal(0) }, 'feed', undefined)).toThrow(
      /size/,
    )
    expect(bus.stats.refused).toBe(1)
  })

  it('asks middlewares, and freezes where it is asked to', () => {
    const bus = createBus({ clock: new SimulatedClock(), freeze: true })
    bus.use({ before: ({ data }) => ({ data: { ...data, code: 'other' } }) })
    const event = emitterOf(bus)('system.warning', warning('x'), 'desk', undefined)
    expect(event.data).toMatchObject({ code: 'other' })
    expect(Object.isFrozen(event.data)).toBe(true)
  })

  it('goes the long way where sources are asked who they are, and for what is no bus of ours', () => {
    const bus = createBus({ clock: new SimulatedClock(), allow: { 'market.*': ['feed'] } })
    const emit = emitterOf(bus)
    const cause = emit(type, tick('1'), 'feed', undefined)
    expect(emit(type, tick('1'), 'feed', cause).causationId).toBe(cause.id)
    expect(() => emit(type, tick('1'), 'other', undefined)).toThrow(/other/)
    const asked: unknown[] = []
    const double = { emitSync: (...given: unknown[]) => void asked.push(given) }
    emitterOf(double as never)(type, tick('1'), 'feed', undefined)
    expect(asked).toEqual([[type, tick('1'), { source: 'feed' }]])
  })

  it('refuses a chain of causes that is too long', () => {
    const bus = createBus({ clock: new SimulatedClock(), maxDepth: 2 })
    const emit = emitterOf(bus)
    let cause = emit('system.warning', warning('0'), 'desk', undefined)
    cause = emit('system.warning', warning('1'), 'desk', cause)
    cause = emit('system.warning', warning('2'), 'desk', cause)
    expect(() => emit('system.warning', warning('3'), 'desk', cause)).toThrow(/2/)
  })
})

describe('activityOf', () => {
  it('tells what is pending', async () => {
    const { bus, clock } = setup()
    const activity = activityOf(bus)
    let release = (): void => {}
    bus.once(type, () => new Promise<void>((resolve) => (release = resolve)))
    expect([activity.idle, activity.waiting, activity.sequence]).toEqual([true, false, 0])
    bus.emitSync(type, tick('1'))
    expect([activity.idle, activity.waiting, activity.sequence]).toEqual([false, false, 1])
    release()
    await bus.idle()
    const wait = bus.waitFor(type, { timeoutMs: 5 })
    wait.catch(() => {})
    expect([activity.idle, activity.waiting]).toEqual([true, true])
    await clock.advanceBy(5)
    expect([activity.idle, activity.waiting]).toEqual([true, false])
  })

  it('tells of backoffs, and of a first failure with its cause', async () => {
    const { bus, clock } = setup()
    const activity = activityOf(bus)
    bus.on(
      type,
      () => {
        throw new Error('never')
      },
      { retry: { attempts: 2, initialMs: 10 } },
    )
    const emitted = bus.emit(type, tick('1'))
    await clock.advanceBy(0)
    expect([activity.idle, activity.waiting, activity.failure]).toEqual([false, true, undefined])
    await clock.advanceBy(100)
    await emitted
    expect([activity.idle, activity.waiting]).toEqual([true, false])
    expect(activity.failure).toMatchObject({ cause: { message: 'never' }, event: { type } })
  })

  it('forgets a backoff that is cancelled', async () => {
    const { bus, clock } = setup()
    const activity = activityOf(bus)
    const failing = bus.on(
      type,
      () => {
        throw new Error('never')
      },
      { retry: { attempts: 2, initialMs: 10 } },
    )
    bus.emitSync(type, tick('1'))
    await clock.advanceBy(0)
    expect(activity.waiting).toBe(true)
    failing.unsubscribe()
    expect(activity.waiting).toBe(false)
  })
})
