import { type BusOptions, createBus, SimulatedClock } from 'tradewire'
import { describe, expect, it, vi } from 'vitest'
import { coded, hello, setUp } from '../support/buses.ts'

const failing = (): never => {
  throw new Error('x')
}

describe('BusOptions', () => {
  it.each<[string, unknown]>([
    ['null', null],
    ['a list', []],
    ['a number', 5],
    ['an unknown option', { historySize: 5 }],
    ['a catalog that is none', { catalog: {} }],
    ['a null clock', { clock: null }],
    ['a clock that cannot tell the time', { clock: { setTimer() {} } }],
    ['a clock without timers', { clock: { now: () => 0, monotonic: () => 0 } }],
    ['an empty run', { run: '' }],
    ['a run that is no text', { run: 5 }],
    ['a run that is too long', { run: 'x'.repeat(201) }],
    ['an empty source', { source: '' }],
    ['a source that is too long', { source: 'x'.repeat(257) }],
    ['a negative history', { history: -1 }],
    ['a fractional history', { history: 1.5 }],
    ['a history that is NaN', { history: Number.NaN }],
    ['a history that is too large', { history: 100_000_001 }],
    ['validate that is no boolean', { validate: 'yes' }],
    ['maxDepth 0', { maxDepth: 0 }],
    ['a negative maxDepth', { maxDepth: -1 }],
    ['a fractional maxDepth', { maxDepth: 2.5 }],
    ['an infinite maxDepth', { maxDepth: Infinity }],
    ['freeze that is no boolean', { freeze: 1 }],
    ['onError that is no function', { onError: 'log' }],
    ['a logger that cannot log errors', { logger: { warn() {} } }],
    ['a null logger', { logger: null }],
    ['a null history', { history: null }],
    ['a null onError', { onError: null }],
  ])('refuse %s', (_name, options) => {
    expect(() => createBus(options as BusOptions<never>)).toThrow(coded('CONFIGURATION'))
  })

  it('take the longest names', () => {
    const { bus } = setUp({ run: 'x'.repeat(200), source: 'y'.repeat(256) })
    bus.on('system.error', () => {}, { id: 'z'.repeat(256) })
    expect(bus.emitSync('note.made', hello).source).toHaveLength(256)
  })
})

describe('logger', () => {
  it('is told what cannot become an event, and where', () => {
    const error = vi.fn<(message: string, details?: unknown) => void>()
    const bus = createBus({ clock: new SimulatedClock(), run: 'a\nb', logger: { error } })
    const example = bus.catalog.get('system.warning').example as never
    bus.on('system.error', failing)
    bus.on('system.warning', failing)
    bus.emitSync('system.warning', example)
    expect(error).toHaveBeenCalledExactlyOnceWith(
      'tradewire: a failure that no handler of system.error has heard of (system.error "a\\nb-2"): Error: x',
      coded('HANDLER_FAILED'),
    )
  })

  it('is told where there is no event', () => {
    const error = vi.fn<(message: string, details?: unknown) => void>()
    const bus = createBus({ clock: new SimulatedClock(), logger: { error } })
    bus.observe({ onDropped: failing })
    expect(() => bus.emitSync('nothing' as never, {} as never)).toThrow(coded('EVENT_UNKNOWN'))
    expect(error).toHaveBeenCalledExactlyOnceWith(
      'tradewire: an observer failed: Error: x',
      new Error('x'),
    )
  })

  it('is the console unless said', () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => {})
    const bus = createBus({ clock: new SimulatedClock() })
    bus.observe({ onDropped: failing })
    expect(() => bus.emitSync('nothing' as never, {} as never)).toThrow(coded('EVENT_UNKNOWN'))
    expect(error).toHaveBeenCalledOnce()
    error.mockRestore()
  })
})
