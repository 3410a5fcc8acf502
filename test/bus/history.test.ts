import { describe, expect, it } from 'vitest'
import { coded, hello, setUp, type TestBus } from '../support/buses.ts'

function emit(bus: TestBus, count: number): void {
  for (let index = 0; index < count; index += 1) bus.emitSync('note.made', hello)
}

const sequences = (bus: TestBus): number[] => bus.history.query().map(({ sequence }) => sequence)

async function filled() {
  const { bus, clock } = setUp()
  const first = bus.emitSync('note.made', { text: '1' })
  await clock.advanceBy(10)
  bus.emitSync('note.read', { text: '2' }, { cause: first })
  await clock.advanceBy(10)
  bus.emitSync('note.made', { text: '3' })
  bus.emitSync('alarm.rung', { text: '4' }, { correlationId: 'other' })
  return { bus, first }
}

describe('history', () => {
  it('holds the newest events, oldest first', () => {
    const { bus } = setUp({ history: 3 })
    expect(bus.history.query()).toEqual([])
    emit(bus, 2)
    expect(sequences(bus)).toEqual([1, 2])
    emit(bus, 1)
    expect(sequences(bus)).toEqual([1, 2, 3])
    emit(bus, 4)
    expect(sequences(bus)).toEqual([5, 6, 7])
    expect([bus.history.size, bus.history.capacity]).toEqual([3, 3])
  })

  it('holds nothing with capacity 0', () => {
    const { bus } = setUp({ history: 0 })
    emit(bus, 2)
    expect([sequences(bus), bus.history.size, bus.history.capacity]).toEqual([[], 0, 0])
  })

  it('remembers an event before its handlers are called', () => {
    const { bus } = setUp()
    let seen: number[] = []
    bus.on('note.made', () => {
      seen = sequences(bus)
    })
    emit(bus, 1)
    expect(seen).toEqual([1])
  })

  it('keeps what fits when it is resized', () => {
    const { bus } = setUp({ history: 4 })
    emit(bus, 6)
    bus.history.resize(2)
    expect(sequences(bus)).toEqual([5, 6])
    emit(bus, 1)
    expect(sequences(bus)).toEqual([6, 7])
    bus.history.resize(4)
    emit(bus, 3)
    expect(sequences(bus)).toEqual([7, 8, 9, 10])
    bus.history.resize(4)
    emit(bus, 1)
    expect(sequences(bus)).toEqual([8, 9, 10, 11])
    bus.history.resize(0)
    emit(bus, 1)
    expect([sequences(bus), bus.history.size]).toEqual([[], 0])
    bus.history.resize(1)
    emit(bus, 2)
    expect(sequences(bus)).toEqual([14])
  })

  it.each([-1, 0.5, Number.NaN, Infinity, 100_000_001, '5', undefined, null])(
    'refuses the capacity %o',
    (capacity) => {
      const { bus } = setUp({ history: 3 })
      emit(bus, 2)
      expect(() => bus.history.resize(capacity as never)).toThrow(coded('CONFIGURATION'))
      expect([bus.history.capacity, bus.history.size]).toEqual([3, 2])
    },
  )

  it('forgets everything when it is cleared', () => {
    const { bus } = setUp({ history: 2 })
    emit(bus, 3)
    bus.history.clear()
    expect([sequences(bus), bus.history.size]).toEqual([[], 0])
    emit(bus, 1)
    expect(sequences(bus)).toEqual([4])
  })

  it('is as it was, however its answers are changed', () => {
    const { bus } = setUp()
    emit(bus, 2)
    bus.history.query().pop()
    expect(sequences(bus)).toEqual([1, 2])
  })
})

describe('query', () => {
  it('finds what matches every condition', async () => {
    const { bus, first } = await filled()
    const find = (query: Parameters<typeof bus.history.query>[0]): string[] =>
      bus.history.query(query).map(({ data }) => (data as typeof hello).text)
    expect(find({})).toEqual(['1', '2', '3', '4'])
    expect(find({ pattern: 'note.made' })).toEqual(['1', '3'])
    expect(find({ pattern: 'note.*' })).toEqual(['1', '2', '3'])
    expect(find({ since: 1_010 })).toEqual(['2', '3', '4'])
    expect(find({ until: 1_020 })).toEqual(['1', '2'])
    expect(find({ since: 1_010, until: 1_020 })).toEqual(['2'])
    expect(find({ correlationId: first.id })).toEqual(['1', '2'])
    expect(find({ correlationId: 'other' })).toEqual(['4'])
    expect(find({ correlationId: first.id, pattern: 'note.read' })).toEqual(['2'])
    expect(find({ correlationId: 'none' })).toEqual([])
  })

  it('takes the newest where there is a limit', async () => {
    const { bus } = await filled()
    const find = (limit: number): number[] =>
      bus.history.query({ limit, pattern: 'note.*' }).map(({ sequence }) => sequence)
    expect([find(0), find(2), find(9)]).toEqual([[], [2, 3], [1, 2, 3]])
  })

  it.each<[string, unknown]>([
    ['null', null],
    ['an unknown condition', { from: 1 }],
    ['a time that is NaN', { since: Number.NaN }],
    ['a time that is infinite', { until: Infinity }],
    ['a date', { since: new Date(0) }],
    ['a negative limit', { limit: -1 }],
    ['a fractional limit', { limit: 1.5 }],
    ['an empty correlation', { correlationId: '' }],
    ['a correlation that is no text', { correlationId: 5 }],
    ['a malformed pattern', { pattern: 'note.' }],
    ['an empty pattern', { pattern: '' }],
    ['a list of patterns', { pattern: ['note.made'] }],
  ])('refuses %s', (_name, query) => {
    const { bus } = setUp()
    expect(() => bus.history.query(query as never)).toThrow(coded('CONFIGURATION'))
  })

  it('refuses a pattern that no event could match', () => {
    const { bus } = setUp()
    expect(() => bus.history.query({ pattern: 'note.unmade' as never })).toThrow(
      coded('EVENT_UNKNOWN'),
    )
  })
})
