import {
  createBus,
  Decimal,
  decimal,
  encodeEvent,
  type TradewireEvent,
  tradingEvents,
  z,
} from 'tradewire'
import { type EventLog, follow, type LogOptions, project, stateAt } from 'tradewire/log'
import { afterEach, describe, expect, it } from 'vitest'
import { all, eventMaker, logCatalog, plain } from '../support/logged-events.ts'

type Log = EventLog<typeof logCatalog.schemas>

/** A home of logs that the contract is held against. */
export interface Home {
  /** Opens the log with this name; the first time it is made. */
  open(name: string, options?: LogOptions<typeof logCatalog.schemas>): Promise<Log>
  /** Whether what was appended is there when a log is closed and opened again. */
  readonly survivesClosing: boolean
}

/** What every home of a log keeps; see `EventLog`. */
export function eventLogContract(name: string, home: Home): void {
  describe(`EventLog in ${name}`, () => {
    const logs: Log[] = []
    let count = 0

    async function open(options: LogOptions<typeof logCatalog.schemas> = {}): Promise<Log> {
      count += 1
      const log = await home.open(`log-${count}`, { catalog: logCatalog, ...options })
      logs.push(log)
      return log
    }

    afterEach(async () => {
      for (const log of logs.splice(0)) await log.close()
    })

    describe('append', () => {
      it('resolves to positions that count from 1', async () => {
        const log = await open()
        const { note } = eventMaker()
        expect(await log.append(note('a'))).toEqual([1])
        expect(await log.append([note('b'), note('c')])).toEqual([2, 3])
        expect(await log.append([])).toEqual([])
      })

      for (const durability of ['each', 'group', 'lazy'] as const) {
        it(`keeps the order of appends that overlap, with durability ${durability}`, async () => {
          const log = await open()
          const { note } = eventMaker()
          const lists = Array.from({ length: 50 }, (_, list) =>
            Array.from({ length: 1 + (list % 4) }, (_, index) => note(`${list}.${index}`)),
          )
          const answers = await Promise.all(lists.map((list) => log.append(list, { durability })))
          expect(answers.flat()).toEqual(lists.flat().map((_, index) => index + 1))
          const entries = await all(log.read())
          expect(entries.map(({ event }) => plain(event))).toEqual(lists.flat().map(plain))
        })
      }

      it('appends all of a list or none', async () => {
        const log = await open()
        const { note } = eventMaker()
        const foreign = tradingEvents.extend({
          'foreign.note': { description: 'A note.', payload: z.strictObject({}), example: {} },
        })
        const unknown = createBus({ catalog: foreign, run: 'other' }).emitSync('foreign.note', {})
        const refused = log.append([note('a'), unknown])
        await expect(refused).rejects.toMatchObject({ code: 'EVENT_UNKNOWN' })
        const noEvent = { ...note('a') } as TradewireEvent
        const odd = log.append([note('a'), noEvent])
        await expect(odd).rejects.toMatchObject({ code: 'CONFIGURATION' })
        expect(await all(log.read())).toEqual([])
      })

      it('writes events down as they are at the call', async () => {
        const log = await open()
        const { bus } = eventMaker()
        const data = { text: 'before' }
        const appended = log.append(bus.emitSync('note.made', data))
        data.text = 'after'
        await appended
        const [entry] = await all(log.read())
        expect(entry?.event.data).toEqual({ text: 'before' })
      })

      it('keeps every example of the catalog to the last digit', async () => {
        const log = await open()
        const { bus } = eventMaker()
        const events = [...tradingEvents.entries.values()].map(({ name, example }) =>
          bus.emitSync(name as 'note.made', example as { text: string }, {
            metadata: { text: '\u2028 "quoted" \n', number: -1.5e-7, truth: true },
            correlationId: 'a chain',
          }),
        )
        await log.append(events)
        const entries = await all(log.read())
        expect(entries.map(({ event }) => plain(event))).toEqual(events.map(plain))
      })

      it('keeps odd but legal texts, times and numbers', async () => {
        const log = await open()
        const { bus } = eventMaker()
        const texts = ['', '\u0000', '\ud800', '😀', '__proto__', 'a\\"b', 'x'.repeat(100_000)]
        const times = [0, -1.5, 1_767_225_600_123.125, 8.64e15, 5e-324, 1.7e308]
        const events = texts.flatMap((words) =>
          times.map((timestamp) => bus.emitSync('note.made', { text: words }, { timestamp })),
        )
        await log.append(events)
        const entries = await all(log.read())
        expect(entries.map(({ event }) => plain(event))).toEqual(events.map(plain))
      })

      it('refuses unknown options', async () => {
        const log = await open()
        const { note } = eventMaker()
        const odd = { durability: 'never' } as unknown as { durability: 'each' }
        await expect(log.append(note('a'), odd)).rejects.toMatchObject({ code: 'CONFIGURATION' })
        expect(await all(log.read())).toEqual([])
      })

      it('takes a payload of 1 MiB of text, and refuses a longer one', async () => {
        const log = await open()
        const { note } = eventMaker()
        const most = 1_048_576 - JSON.stringify({ text: '' }).length
        const events = [note('x'.repeat(most)), note('x'.repeat(most + 1))] as const
        expect(await log.append(events[0])).toEqual([1])
        await expect(log.append(events[1])).rejects.toMatchObject({ code: 'EVENT_TOO_LARGE' })
        const entries = await all(log.read())
        expect(entries.map(({ event }) => plain(event))).toEqual([plain(events[0])])
      })
    })

    describe('read', () => {
      /** Notes 1 to 60 at times 1,000 to 1,590 with alarms at each tenth. */
      async function filled(): Promise<{ log: Log; events: readonly TradewireEvent[] }> {
        const log = await open()
        const maker = eventMaker()
        const events: TradewireEvent[] = []
        for (let index = 1; index <= 60; index += 1) {
          const make = index % 10 === 0 ? maker.alarm : maker.note
          const source = index % 7 === 0 ? 'seventh' : 'other'
          const cause = index % 12 === 0 ? events.at(-1) : undefined
          events.push(make(`${index}`, { source, ...(cause === undefined ? {} : { cause }) }))
          await maker.clock.advanceBy(10)
        }
        await log.append(events)
        return { log, events }
      }

      const positions = (entries: readonly { readonly position: number }[]): number[] =>
        entries.map(({ position }) => position)
      const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1)

      it('gives everything in order, and backward', async () => {
        const { log, events } = await filled()
        const entries = await all(log.read())
        expect(positions(entries)).toEqual(upTo(60))
        expect(entries.map(({ event }) => plain(event))).toEqual(events.map(plain))
        expect(await all(log.read({ order: 'backward' }))).toEqual(entries.toReversed())
      })

      it('begins where it is told', async () => {
        const { log } = await filled()
        expect(positions(await all(log.read({ from: 58 })))).toEqual([58, 59, 60])
        expect(positions(await all(log.read({ from: 61 })))).toEqual([])
        expect(positions(await all(log.read({ from: 3, order: 'backward' })))).toEqual([3, 2, 1])
        expect(positions(await all(log.read({ from: 99, order: 'backward', limit: 1 })))).toEqual([
          60,
        ])
      })

      it('filters by pattern, a list of them included', async () => {
        const { log } = await filled()
        const tenths = [10, 20, 30, 40, 50, 60]
        expect(positions(await all(log.read({ pattern: 'alarm.rung' })))).toEqual(tenths)
        expect(positions(await all(log.read({ pattern: 'alarm.*' })))).toEqual(tenths)
        expect(positions(await all(log.read({ pattern: ['alarm.*', 'note.*'] })))).toEqual(upTo(60))
        expect(positions(await all(log.read({ pattern: ['order.*', '*'] })))).toEqual(upTo(60))
        expect(await all(log.read({ pattern: 'order.*' }))).toEqual([])
        expect(
          positions(await all(log.read({ pattern: 'alarm.*', order: 'backward', limit: 2 }))),
        ).toEqual([60, 50])
      })

      it('filters by time: since is included, until is not', async () => {
        const { log } = await filled()
        expect(positions(await all(log.read({ since: 1_570 })))).toEqual([58, 59, 60])
        expect(positions(await all(log.read({ until: 1_020 })))).toEqual([1, 2])
        expect(positions(await all(log.read({ since: 1_100, until: 1_120 })))).toEqual([11, 12])
        expect(positions(await all(log.read({ since: 1_100, until: 1_100 })))).toEqual([])
      })

      it('finds by time also where clocks were set back', async () => {
        const log = await open()
        const { bus } = eventMaker()
        const times = [5_000, 5_001, 100, 101, 7_000, 3_000, 5_002, 100]
        await log.append(
          times.map((timestamp) => bus.emitSync('note.made', { text: '' }, { timestamp })),
        )
        expect(positions(await all(log.read({ since: 100, until: 102 })))).toEqual([3, 4, 8])
        expect(positions(await all(log.read({ since: 5_000 })))).toEqual([1, 2, 5, 7])
        expect(positions(await all(log.read({ until: 5_000, order: 'backward' })))).toEqual([
          8, 6, 4, 3,
        ])
      })

      it('filters by source and by causal chain, its beginning included', async () => {
        const { log, events } = await filled()
        expect(positions(await all(log.read({ source: 'seventh' })))).toEqual(
          upTo(60).filter((position) => position % 7 === 0),
        )
        const chain = await all(log.read({ correlationId: events[10]!.id }))
        expect(positions(chain)).toEqual([11, 12])
        expect(
          positions(await all(log.read({ correlationId: events[10]!.id, order: 'backward' }))),
        ).toEqual([12, 11])
        expect(
          positions(
            await all(log.read({ correlationId: events[10]!.id, source: 'other', from: 12 })),
          ),
        ).toEqual([12])
        expect(await all(log.read({ correlationId: 'nobody' }))).toEqual([])
      })

      it('holds every condition at once', async () => {
        const { log } = await filled()
        const found = await all(
          log.read({
            pattern: 'note.made',
            source: 'seventh',
            since: 1_100,
            until: 1_400,
            limit: 2,
          }),
        )
        expect(positions(found)).toEqual([14, 21])
      })

      it('limits, also to nothing', async () => {
        const { log } = await filled()
        expect(positions(await all(log.read({ limit: 2 })))).toEqual([1, 2])
        expect(await all(log.read({ limit: 0 }))).toEqual([])
      })

      it('ends at what was there when it was called', async () => {
        const { log } = await filled()
        const { note } = eventMaker('later')
        const reader = log.read()
        await log.append([note('later')])
        expect(positions(await all(reader))).toEqual(upTo(60))
      })

      it('answers calls of next that overlap in their order', async () => {
        const { log } = await filled()
        const reader = log.read({ limit: 3 })
        const results = await Promise.all([1, 2, 3, 4, 5].map(() => reader.next()))
        expect(results.map(({ value }) => value?.position)).toEqual([1, 2, 3, undefined, undefined])
      })

      it('ends when the loop is left', async () => {
        const { log } = await filled()
        const reader = log.read()
        for await (const { position } of reader) if (position === 2) break
        expect(await reader.next()).toEqual({ done: true, value: undefined })
      })

      it('ends with the reason of its signal', async () => {
        const { log } = await filled()
        const controller = new AbortController()
        const reader = log.read({ signal: controller.signal })
        await reader.next()
        controller.abort(new Error('enough'))
        await expect(reader.next()).rejects.toThrow('enough')
        expect(await reader.next()).toEqual({ done: true, value: undefined })
        await expect(log.read({ signal: controller.signal }).next()).rejects.toThrow('enough')
      })

      it('refuses what it cannot look for', async () => {
        const { log } = await filled()
        const odd = [
          { from: 0 },
          { limit: -1 },
          { since: Number.NaN },
          { order: 'sideways' },
          { unknown: 'drop' },
          { patern: '*' },
          { signal: {} },
        ] as unknown as readonly { from: number }[]
        for (const query of odd) {
          expect(() => log.read(query)).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }))
        }
        expect(() => log.read({ pattern: 'odrer.*' as 'order.*' })).toThrow(
          expect.objectContaining({ code: 'EVENT_UNKNOWN' }),
        )
      })

      it('reads thousands in pages, in order', async () => {
        const log = await open()
        const { note } = eventMaker()
        await log.append(Array.from({ length: 4_321 }, (_, index) => note(`${index}`)))
        const entries = await all(log.read())
        expect(entries.map(({ event }) => event.data)).toEqual(
          Array.from({ length: 4_321 }, (_, index) => ({ text: `${index}` })),
        )
        const backward = await all(log.read({ order: 'backward' }))
        expect(positions(backward)).toEqual(upTo(4_321).toReversed())
      })
    })

    describe('tail', () => {
      it('reads, and then follows without a gap or a double', async () => {
        const log = await open()
        const { note } = eventMaker()
        const followed: number[] = []
        const reader = log.tail()
        const reading = (async () => {
          for await (const { position } of reader) {
            followed.push(position)
            if (position === 3_000) return
          }
        })()
        for (let round = 0; round < 300; round += 1) {
          await log.append(Array.from({ length: 10 }, () => note('x')))
        }
        await reading
        expect(followed).toEqual(Array.from({ length: 3_000 }, (_, index) => index + 1))
      })

      it('follows only what matches, from where it is told', async () => {
        const log = await open()
        const { note, alarm } = eventMaker()
        await log.append([note('1'), alarm('2')])
        const reader = log.tail({ pattern: 'alarm.*', from: 2 })
        expect((await reader.next()).value?.position).toBe(2)
        const next = reader.next()
        await log.append([note('3'), alarm('4')])
        expect((await next).value?.position).toBe(4)
        await reader.return()
      })

      it('ends when it is left, aborted, or the log is closed', async () => {
        const log = await open()
        const controller = new AbortController()
        const [left, aborted, closed] = [
          log.tail(),
          log.tail({ signal: controller.signal }),
          log.tail(),
        ] as const
        const waiting = [left.next(), aborted.next(), closed.next()] as const
        await left.return()
        controller.abort(new Error('enough'))
        await expect(waiting[1]).rejects.toThrow('enough')
        await log.close()
        expect(await waiting[0]).toEqual({ done: true, value: undefined })
        expect(await waiting[2]).toEqual({ done: true, value: undefined })
      })
    })

    describe('writer', () => {
      it('writes in order, and tells when an event is durable', async () => {
        const log = await open()
        const { note } = eventMaker()
        await using writer = log.writer()
        const tickets = Array.from({ length: 2_500 }, (_, index) => writer.write(note(`${index}`)))
        expect(tickets).toEqual(Array.from({ length: 2_500 }, (_, index) => index + 1))
        await writer.durable(1_700)
        expect(writer.written).toBeGreaterThanOrEqual(1_700)
        await writer.flush()
        expect(writer).toMatchObject({ written: 2_500, pending: 0, lost: 0, position: 2_500 })
        const entries = await all(log.read())
        expect(entries.map(({ event }) => event.data)).toEqual(
          Array.from({ length: 2_500 }, (_, index) => ({ text: `${index}` })),
        )
      })

      it('takes no more once it is closed, and has written what it took', async () => {
        const log = await open()
        const { note } = eventMaker()
        const writer = log.writer({ durability: 'each' })
        for (let index = 0; index < 20; index += 1) writer.write(note(`${index}`))
        await writer.close()
        expect(writer.written).toBe(20)
        expect(() => writer.write(note('late'))).toThrow(
          expect.objectContaining({ code: 'LOG_CLOSED' }),
        )
      })

      it('refuses an event that cannot be written, and goes on', async () => {
        const log = await open()
        const { note } = eventMaker()
        await using writer = log.writer()
        expect(() => writer.write(note('x'.repeat(1_048_576)))).toThrow(
          expect.objectContaining({ code: 'EVENT_TOO_LARGE' }),
        )
        writer.write(note('fine'))
        await writer.flush()
        expect((await all(log.read())).map(({ event }) => event.data)).toEqual([{ text: 'fine' }])
      })
    })

    describe('versions', () => {
      const versionOne = tradingEvents.extend({
        'deal.struck': {
          description: 'A deal was struck.',
          payload: z.strictObject({ price: z.number() }),
          example: { price: 1 },
        },
        'deal.broken': {
          description: 'A deal was broken.',
          payload: z.strictObject({ why: z.string() }),
          example: { why: 'rain' },
        },
      })
      const versionTwo = tradingEvents.extend({
        'deal.struck': {
          description: 'A deal was struck.',
          version: 2,
          payload: z.strictObject({ price: decimal() }),
          example: { price: new Decimal(1) },
          upcast: { 1: (data) => ({ price: String((data as { price: number }).price) }) },
        },
      })

      /** A log with two events of the first catalog, read by another one. */
      async function written<Result>(
        read: (log: EventLog<typeof versionTwo.schemas>) => Promise<Result>,
      ): Promise<Result> {
        const log = await open()
        const bus = eventMaker().bus
        const encode = (type: string, data: object, version: number) => ({
          event: {
            id: `old-${version}-${type}`,
            type,
            data,
            timestamp: 1,
            sequence: 1,
            source: bus.run,
            correlationId: 'c',
            version,
          },
        })
        void versionOne
        await log.appendEncoded([
          encode('deal.struck', { price: 2.5 }, 1),
          encode('deal.broken', { why: 'snow' }, 1),
          encode('order.filled', { from: 'the future' }, 9),
        ])
        // The same storage seen by another catalog.
        return read(log as unknown as EventLog<typeof versionTwo.schemas>)
      }

      it('hands over what it does not know where that is asked', async () => {
        const entries = await written((log) => all(log.read({ unknown: 'keep' })))
        expect(entries.map(({ event }) => [event.type, event.version, event.data])).toEqual([
          ['deal.struck', 1, { price: 2.5 }],
          ['deal.broken', 1, { why: 'snow' }],
          ['order.filled', 9, { from: 'the future' }],
        ])
      })

      it('refuses what it does not know by default', async () => {
        await written(async (log) => {
          await expect(all(log.read())).rejects.toMatchObject({ code: 'EVENT_UNKNOWN' })
          await expect(all(log.read({ pattern: 'order.*' }))).rejects.toMatchObject({
            code: 'EVENT_VERSION',
          })
        })
      })

      it('gives encoded events as they were written', async () => {
        const entries = await written((log) => all(log.readEncoded()))
        expect(entries.map(({ event }) => event.version)).toEqual([1, 1, 9])
      })
    })

    describe('appendEncoded', () => {
      it('keeps positions that are given, and counts what is left out as removed', async () => {
        const log = await open()
        const maker = eventMaker()
        await log.append(maker.note('1'))
        const [entry] = await all(log.readEncoded())
        const again = { ...entry!.event, id: 'maker-2', sequence: 2 }
        expect(await log.appendEncoded([{ event: again, position: 5 }, { event: again }])).toEqual([
          5, 6,
        ])
        expect((await all(log.read())).map(({ position }) => position)).toEqual([1, 5, 6])
        expect(await log.verify()).toMatchObject({ ok: true, records: 3 })
        await expect(log.appendEncoded([{ event: again, position: 6 }])).rejects.toMatchObject({
          code: 'CONFIGURATION',
        })
      })

      it('refuses an envelope that is malformed', async () => {
        const log = await open()
        const bad = { type: 'note.made' } as never
        await expect(log.appendEncoded([{ event: bad }])).rejects.toMatchObject({
          code: 'EVENT_INVALID',
        })
      })
    })

    describe('appendEncoded of what could not be given back', () => {
      const odd: readonly (readonly [string, object])[] = [
        ['no payload', { data: undefined }],
        ['a function', { data: () => 1 }],
        ['a number that JSON does not have', { data: { big: 1n } }],
        ['a key __proto__', { data: JSON.parse('{"__proto__": 1}') as unknown }],
        ['metadata that is not flat', { metadata: { deep: {} } }],
      ]
      it.each(odd)('refuses %s', async (_, change) => {
        const log = await open()
        await log.append(eventMaker().note('a'))
        const [entry] = await all(log.readEncoded())
        const event = { ...entry!.event, ...change }
        await expect(log.appendEncoded([{ event }])).rejects.toMatchObject({
          code: 'EVENT_INVALID',
        })
        await expect(
          log.appendEncoded([{ event: entry!.event, position: 2 ** 53 - 1 }]),
        ).rejects.toMatchObject({ code: 'CONFIGURATION' })
        expect((await log.stats()).last).toBe(1)
      })
    })

    describe('names of halves of surrogate pairs', () => {
      it('are found, and come back as they were', async () => {
        const log = await open()
        const { note } = eventMaker()
        const [source, correlationId] = ['desk \ud800', 'chain \udfff']
        const event = note('a', { source, correlationId })
        await log.append([event, note('b')])
        for (const query of [{ source }, { correlationId }]) {
          const entries = await all(log.read(query))
          expect(entries.map(({ event: found }) => plain(found))).toEqual([plain(event)])
        }
      })
    })

    describe('retain', () => {
      async function filled(events: number): Promise<Log> {
        const log = await open()
        const { note, alarm } = eventMaker()
        await log.append(
          Array.from({ length: events }, (_, index) =>
            (index % 5 === 4 ? alarm : note)(`${index + 1}`, { timestamp: index + 1 }),
          ),
        )
        return log
      }

      it('keeps the newest so many, whose positions stay', async () => {
        const log = await filled(50)
        expect(await log.retain({ maxEvents: 3 })).toEqual({ removed: 47 })
        expect((await all(log.read())).map(({ position }) => position)).toEqual([48, 49, 50])
        const { note } = eventMaker('next')
        expect(await log.append(note('next'))).toEqual([51])
        expect(await log.stats()).toMatchObject({ events: 4, first: 48, last: 51 })
        expect(await log.verify()).toMatchObject({ ok: true, records: 4 })
      })

      it('removes only what a pattern covers', async () => {
        const log = await filled(50)
        expect(await log.retain({ maxEvents: 2, pattern: 'note.*' })).toEqual({ removed: 38 })
        const kept = await all(log.read())
        expect(kept.map(({ position }) => position)).toEqual([
          5, 10, 15, 20, 25, 30, 35, 40, 45, 48, 49, 50,
        ])
        expect(await all(log.read({ pattern: 'alarm.*' }))).toHaveLength(10)
        expect(await log.verify()).toMatchObject({ ok: true, records: 12 })
      })

      it('leaves no projection that is wrong in silence', async () => {
        const log = await filled(50)
        const counts = (pattern: '*' | 'note.*' | 'alarm.*') => ({
          name: `count ${pattern}`,
          pattern,
          initial: () => 0,
          reduce: (count: number) => count + 1,
        })
        expect(await project(log, counts('note.*'), { snapshotEvery: 100 })).toBe(40)
        await log.append(eventMaker('next').note('next'))
        await log.retain({ before: 21, pattern: 'alarm.*' })
        await log.retain({ before: 50, pattern: 'note.*' })
        expect(await project(log, counts('note.*'))).toBe(41)
        const removed = (through: number) => ({ code: 'EVENTS_REMOVED', after: 0, through })
        await expect(project(log, counts('*'))).rejects.toMatchObject(removed(49))
        await expect(project(log, counts('alarm.*'))).rejects.toMatchObject(removed(20))
        await expect(follow(log, counts('alarm.*'))).rejects.toMatchObject(removed(20))
        await expect(stateAt(log, counts('alarm.*'), 50)).rejects.toMatchObject(removed(20))
        expect(await project(log, counts('alarm.*'), { from: 21 })).toBe(6)
        await log.retain({ maxEvents: 0 })
        await expect(project(log, counts('note.*'))).rejects.toMatchObject({ through: 51 })
        expect(await project(log, counts('*'), { from: 52 })).toBe(0)
      })

      it('leaves none of what an archive has left out either', async () => {
        const log = await open()
        const events = [1, 2, 3].map((at) => eventMaker(`run-${at}`, at).note('x'))
        const entries = [3, 4, 9].map((position, index) => ({
          position,
          event: encodeEvent(events[index]!, logCatalog),
        }))
        await log.appendEncoded(entries)
        const count = { name: 'count', initial: () => 0, reduce: (seen: number) => seen + 1 }
        await expect(project(log, count)).rejects.toMatchObject({ after: 0, through: 8 })
        const alarms = { ...count, pattern: 'alarm.*' } as const
        await expect(project(log, alarms)).rejects.toMatchObject({ after: 0, through: 8 })
        expect(await project(log, count, { from: 9 })).toBe(1)
      })

      it('removes by age, by the clock of the log, and by position', async () => {
        const { clock } = eventMaker('time', 100)
        const log = await open({ clock })
        const { note } = eventMaker()
        await log.append(
          Array.from({ length: 50 }, (_, index) => note('', { timestamp: index + 1 })),
        )
        expect(await log.retain({ maxAgeMs: 60 })).toEqual({ removed: 39 })
        expect(await log.retain({ before: 45 })).toEqual({ removed: 5 })
        expect((await all(log.read())).map(({ position }) => position)).toEqual([
          45, 46, 47, 48, 49, 50,
        ])
      })

      it('can empty a log, which goes on where it was', async () => {
        const log = await filled(20)
        const seen: number[] = []
        const onProgress = ({ done }: { readonly done: number }): void => void seen.push(done)
        expect(await log.retain({ maxEvents: 0, onProgress })).toEqual({ removed: 20 })
        expect(seen.at(-1)).toBe(20)
        expect(await all(log.read())).toEqual([])
        expect(await log.stats()).toMatchObject({ events: 0, last: 20 })
        expect(await log.append(eventMaker('next').note('x'))).toEqual([21])
        expect(await log.verify()).toMatchObject({ ok: true, records: 1 })
      })

      it('brings the storage below the bytes that it may take', async () => {
        const log = await filled(5_000)
        const { bytes } = await log.stats()
        const { removed } = await log.retain({ maxBytes: Math.floor(bytes / 2) })
        expect(removed).toBeGreaterThan(1_500)
        expect(removed).toBeLessThan(4_000)
        expect((await log.stats()).bytes).toBeLessThan(bytes * 0.6)
      })

      it('refuses to guess what has to go', async () => {
        const log = await filled(1)
        await expect(log.retain({})).rejects.toMatchObject({ code: 'CONFIGURATION' })
        await expect(log.retain({ maxEvents: -1 })).rejects.toMatchObject({ code: 'CONFIGURATION' })
        await expect(log.retain({ maxAge: 5 } as never)).rejects.toMatchObject({
          code: 'CONFIGURATION',
        })
      })
    })

    describe('redact', () => {
      it('leaves out what must not be written, and reads the rest', async () => {
        const log = await open({ redact: ['data.text', 'metadata.apiKey'] })
        const { note } = eventMaker()
        await log.append(note('canary', { metadata: { apiKey: 'canary', request: 'r-1' } }))
        const [entry] = await all(log.read())
        expect(entry?.event.data).toEqual({ text: '[redacted]' })
        expect(entry?.event.metadata).toEqual({ request: 'r-1' })
      })

      it('lifts an event of an older version, so that its secrets are where they are looked for', async () => {
        const catalog = logCatalog.extend({
          'deal.struck': {
            description: 'A deal was struck.',
            version: 2,
            payload: z.strictObject({ account: z.strictObject({ number: z.string() }) }),
            example: { account: { number: '7' } },
            upcast: { 1: (data) => ({ account: data }) },
          },
        })
        const log = await home.open('redacted', {
          catalog: catalog as unknown as typeof logCatalog,
          redact: ['data.account.number'],
        })
        logs.push(log)
        const envelope = { id: 'old-1', timestamp: 1, sequence: 1, source: 'x', correlationId: 'c' }
        const old = { ...envelope, type: 'deal.struck', data: { number: 'canary' }, version: 1 }
        await log.appendEncoded([{ event: old }])
        // What cannot be lifted can never be read; it is kept as it came, with the paths that it has.
        const hopeless = { ...old, data: { account: { number: 'canary' }, more: 1 }, version: 1 }
        await log.appendEncoded([{ event: { ...hopeless, data: 7 } }])
        const [entry] = await all(log.readEncoded())
        expect(entry?.event).toMatchObject({
          version: 2,
          data: { account: { number: '[redacted]' } },
        })
      })

      it('refuses a path that cannot be left out', async () => {
        await expect(open({ redact: ['data.nobody'] })).rejects.toMatchObject({
          code: 'CONFIGURATION',
        })
      })
    })

    describe('stats', () => {
      it('counts what it holds, by type', async () => {
        const log = await open()
        const { note, alarm } = eventMaker()
        expect(await log.stats()).toMatchObject({ events: 0, first: 0, last: 0, types: [] })
        await log.append([note('a'), alarm('b'), note('c')])
        expect(await log.stats()).toMatchObject({
          events: 3,
          first: 1,
          last: 3,
          firstTimestamp: 1_000,
          lastTimestamp: 1_000,
          pending: 0,
          commits: 1,
          appended: 3,
          deadLetters: 0,
          types: [
            { type: 'alarm.rung', events: 1 },
            { type: 'note.made', events: 2 },
          ],
        })
      })
    })

    describe('verify', () => {
      it('finds nothing in a sound log, and tells how far it is', async () => {
        const log = await open()
        const { note } = eventMaker()
        await log.append(Array.from({ length: 3_000 }, () => note('x')))
        const seen: unknown[] = []
        const onProgress = (progress: unknown): void => void seen.push(progress)
        expect(await log.verify({ onProgress })).toEqual({ ok: true, records: 3_000, damaged: [] })
        expect(seen.at(-1)).toEqual({ done: 3_000, total: 3_000 })
        await expect(log.verify({ onPrgress: 1 } as never)).rejects.toMatchObject({
          code: 'CONFIGURATION',
        })
      })
    })

    describe('close', () => {
      it('writes what was accepted', async () => {
        const log = await open()
        const { note } = eventMaker()
        const writer = log.writer()
        writer.write(note('by the writer'))
        const appended = log.append(note('appended'))
        await log.close()
        await expect(appended).resolves.toHaveLength(1)
        expect(writer.written).toBe(1)
      })

      it('refuses everything afterwards, and may be called again', async () => {
        const log = await open()
        const { note } = eventMaker()
        await log.close()
        await log.close()
        expect(log.closed).toBe(true)
        const refusal = { code: 'LOG_CLOSED' }
        await expect(log.append(note('x'))).rejects.toMatchObject(refusal)
        await expect(log.stats()).rejects.toMatchObject(refusal)
        await expect(log.verify()).rejects.toMatchObject(refusal)
        await expect(log.retain({ maxEvents: 1 })).rejects.toMatchObject(refusal)
        await expect(log.consume('c', () => {})).rejects.toMatchObject(refusal)
        expect(() => log.read()).toThrow(expect.objectContaining(refusal))
        expect(() => log.tail()).toThrow(expect.objectContaining(refusal))
        expect(() => log.writer()).toThrow(expect.objectContaining(refusal))
      })

      it.runIf(home.survivesClosing)('keeps everything for the next time', async () => {
        const { note, alarm } = eventMaker()
        const options = { catalog: logCatalog }
        const first = await home.open('kept', options)
        await first.append([note('a'), alarm('b')])
        await first.close()
        const second = await home.open('kept', options)
        expect(await second.append(note('c'))).toEqual([3])
        await second.retain({ before: 2 })
        await second.close()
        const third = await home.open('kept', options)
        expect((await all(third.read())).map(({ event }) => event.data)).toEqual([
          { text: 'b' },
          { text: 'c' },
        ])
        expect(await third.stats()).toMatchObject({ events: 2, first: 2, last: 3 })
        expect(await third.verify()).toMatchObject({ ok: true })
        await third.close()
      })
    })
  })
}
