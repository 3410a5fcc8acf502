import { tradingEvents, z } from 'tradewire'
import { memoryLog } from 'tradewire/log'
import { describe, expect, it } from 'vitest'
import { toPatterns, toReadPlan } from '../../src/log/read-query.ts'
import { all, eventMaker, logCatalog } from '../support/logged-events.ts'

const plan = (query: object, method: 'read' | 'tail' = 'read') =>
  toReadPlan(method, query, logCatalog)

describe('EventLog.read', () => {
  it('reads everything, forward, unless it is told otherwise', () => {
    expect(plan({})).toEqual({
      after: 0,
      through: undefined,
      order: 'forward',
      patterns: undefined,
      since: undefined,
      until: undefined,
      source: undefined,
      correlationId: undefined,
      limit: Infinity,
      signal: undefined,
    })
    expect(plan({ from: 7 }).after).toBe(6)
    expect(plan({ from: 7, order: 'backward' }).after).toBe(8)
    expect(plan({ order: 'backward' }).after).toBe(Number.MAX_SAFE_INTEGER)
  })

  it('refuses conditions that cannot be, and says which', () => {
    for (const [query, words] of [
      [{ order: 'sideways' }, /order must be 'forward' or 'backward', but is/],
      [{ unknown: 'drop' }, /unknown must be 'refuse' or 'keep', but is/],
      [{ from: 0 }, /from/],
      [{ from: 1.5 }, /from/],
      [{ since: Number.NaN }, /since/],
      [{ until: '2026' }, /until/],
      [{ source: '' }, /source/],
      [{ correlationId: 5 }, /correlationId/],
      [{ limit: -1 }, /limit/],
      [{ signal: { aborted: false } }, /signal must be an AbortSignal, but is/],
      [{ pattern: [] }, /at least one pattern/],
      [{ pattern: 5 }, /pattern/],
      [{ pattern: null }, /pattern/],
      [{ pattern: ['note.made', 5] }, /pattern/],
      [{ sinse: 1 }, /sinse/],
    ] as const) {
      expect(() => plan(query)).toThrow(
        expect.objectContaining({ code: 'CONFIGURATION', message: expect.stringMatching(words) }),
      )
    }
  })

  it('refuses patterns that cover nothing, unless unknown events are kept', () => {
    const refusal = expect.objectContaining({ code: 'EVENT_UNKNOWN' })
    expect(() => plan({ pattern: 'strange.*' })).toThrow(refusal)
    expect(() => plan({ pattern: ['note.*', 'strange.*'] })).toThrow(refusal)
    expect(plan({ pattern: ['note.*', 'strange.*'], unknown: 'keep' }).patterns).toEqual([
      'note.*',
      'strange.*',
    ])
    expect(() => plan({ pattern: 'a..b', unknown: 'keep' })).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION' }),
    )
  })

  it('asks for no pattern where one of them covers everything', () => {
    for (const pattern of ['*', '**', ['*'], ['note.*', '**']] as const) {
      expect(toPatterns(pattern, logCatalog, 'refuse')).toBeUndefined()
    }
    expect(toPatterns('note.made', logCatalog, 'refuse')).toEqual(['note.made'])
  })

  it('takes the concrete types of a name with parameters', () => {
    const catalog = tradingEvents.extend({
      'action.{name}.start': {
        description: 'An action begins.',
        payload: z.strictObject({ text: z.string() }),
        example: { text: 'an example' },
      },
    })
    expect(toPatterns('action.buy.start', catalog, 'refuse')).toEqual(['action.buy.start'])
  })
})

describe('EventLog.tail', () => {
  it('refuses an order and an end', () => {
    for (const query of [{ order: 'backward' }, { until: 5 }]) {
      expect(() => plan(query, 'tail')).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }))
    }
  })

  it('begins at a position that is yet to come', async () => {
    const log = memoryLog({ catalog: logCatalog })
    const { note } = eventMaker()
    await using tail = log.tail({ from: 3, limit: 1 })
    const next = tail.next()
    for (const words of ['1', '2', '3', '4']) await log.append(note(words))
    expect((await next).value?.position).toBe(3)
    expect(await all(tail)).toEqual([])
  })
})
