import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { z } from 'zod'
import { tradingEvents } from 'tradewire'
import { type EventLog, memoryLog } from 'tradewire/log'
import { describe, expect, it } from 'vitest'
import { exportLog } from '../../src/log/export-log.ts'
import { importLog } from '../../src/log/import-log.ts'
import { eventLine } from '../../src/log/ndjson-event.ts'
import { appendAll, entriesOf, temporaryFolder, trade, trades } from '../support/logged.ts'

const plain = (sequence: number, change: object = {}): string =>
  `${JSON.stringify({ ...trade(sequence), ...change })}\n`
const stream = (...pieces: readonly (string | Uint8Array)[]): Readable => Readable.from(pieces)
const idsOf = async (log: EventLog): Promise<string[]> =>
  (await entriesOf(log)).map(({ event }) => event.id)

describe('importLog', () => {
  it.each(['a.ndjson', 'a.ndjson.gz'])('reads what was exported to %s', async (name) => {
    const path = join(temporaryFolder(), name)
    const log = memoryLog()
    await appendAll(log, [
      ...trades(2_500),
      trade(2_501, { type: 'their.own', version: 3, data: [null] }),
      trade(2_502, { version: 7, data: {}, causationId: 'run-1', correlationId: 'run-1' }),
      trade(2_503, { metadata: { a: 1 }, priority: 'low', timestamp: 0.1 }),
    ])
    await exportLog(log, path)
    const copy = memoryLog()
    const told: unknown[] = []
    const report = await importLog(copy, path, { onProgress: (progress) => told.push(progress) })
    expect(report).toEqual({ events: 2_503, skipped: 0, firstPosition: 1, lastPosition: 2_503 })
    expect(await entriesOf(copy)).toEqual(await entriesOf(log))
    expect(told).toEqual([1_000, 2_000, 2_503].map((done) => ({ done, total: undefined })))
  })

  it('reads encoded events, line ends of any kind, and empty lines', async () => {
    const log = memoryLog()
    const text = `\ufeff${plain(1).trim()}\r\n\n  \n${plain(2, { position: 77 })}${plain(3).trim()}`
    expect(await importLog(log, stream(text))).toMatchObject({ events: 3, firstPosition: 1 })
    expect((await entriesOf(log)).map(({ event }) => event)).toEqual(trades(3))
  })

  it('gives new positions, and appends to what is there', async () => {
    const log = memoryLog()
    await appendAll(log, trades(2))
    const lines = [eventLine(900, trade(3)), eventLine(901, trade(4))]
    expect(await importLog(log, stream(...lines))).toMatchObject({
      firstPosition: 3,
      lastPosition: 4,
    })
  })

  it('reads chunks that are cut anywhere, also within a character', async () => {
    const text = Buffer.from(plain(1, { source: 'Überß€😀' }) + plain(2))
    for (const bytes of [text, gzipSync(text)]) {
      const log = memoryLog()
      const pieces = Array.from(bytes, (byte) => Uint8Array.of(byte))
      await importLog(log, stream(...pieces))
      expect((await entriesOf(log))[0]!.event.source).toBe('Überß€😀')
      expect(await idsOf(log)).toEqual(['run-1', 'run-2'])
    }
  })

  it('imports nothing from nothing', async () => {
    const nothing = { events: 0, skipped: 0, firstPosition: 0, lastPosition: 0 }
    expect(await importLog(memoryLog(), stream())).toEqual(nothing)
    expect(await importLog(memoryLog(), stream('\n'))).toEqual(nothing)
  })

  it('ends before a line that is no event, and says what it has imported', async () => {
    const path = join(temporaryFolder(), 'bad.ndjson')
    writeFileSync(path, `${plain(1)}${plain(2)}{"id":"secret\n${plain(3)}`)
    const log = memoryLog()
    await expect(importLog(log, path)).rejects.toMatchObject({
      code: 'ARCHIVE_INVALID',
      file: path,
      line: 3,
      imported: { events: 2, skipped: 0, firstPosition: 1, lastPosition: 2 },
      message: `${path}:3: expected JSON. 2 events before it were imported, up to position 2; mend the line, or skip such lines with { onBadLine: 'skip' }.`,
    })
    expect(await idsOf(log)).toEqual(['run-1', 'run-2'])
  })

  it('says that there is no such file, or that it cannot be read', async () => {
    const folder = temporaryFolder()
    const none = join(folder, 'none.ndjson')
    await expect(importLog(memoryLog(), none)).rejects.toMatchObject({
      code: 'LOG_STORAGE',
      message: `There is no file ${JSON.stringify(none)} to import. Give the path of an NDJSON file that exists.`,
      cause: { code: 'ENOENT' },
    })
    for (const path of [folder, join(folder, 'a'.repeat(300))]) {
      await expect(importLog(memoryLog(), path)).rejects.toMatchObject({
        code: 'LOG_STORAGE',
        message: expect.stringMatching(/ cannot be read: E(ISDIR|NAMETOOLONG)/) as string,
      })
    }
  })

  it('refuses what is no log', async () => {
    const promised = Promise.resolve(memoryLog()) as unknown as EventLog
    await expect(importLog(promised, 'a')).rejects.toThrow('importLog takes an EventLog')
  })

  it('skips such lines if it is asked to, and counts them', async () => {
    const log = memoryLog()
    const text = `oops\n${plain(1)}5\n${plain(2)}[]\n`
    expect(await importLog(log, stream(text), { onBadLine: 'skip' })).toEqual({
      events: 2,
      skipped: 3,
      firstPosition: 1,
      lastPosition: 2,
    })
  })

  const deep = JSON.parse(`${'['.repeat(80)}${']'.repeat(80)}`) as unknown
  it.each<[string, string, string]>([
    ['no JSON', 'hello', 'expected JSON'],
    ['no object', '5', 'expected an object'],
    ['a list', '[]', 'expected an object'],
    ['an event without an id', plain(1, { id: '' }), 'id: expected text that is not empty'],
    ['an event without data', plain(1, { data: undefined }), 'data: expected a payload'],
    [
      'a timestamp that is text',
      plain(1, { timestamp: '1' }),
      'timestamp: expected a finite number',
    ],
    ['a sequence of 0', plain(1, { sequence: 0 }), 'sequence: expected a whole number'],
    ['a stray field', plain(1, { other: 1 }), 'expected no fields but id, type, data'],
    [
      'a priority of its own',
      plain(1, { priority: 'urgent' }),
      'priority: expected one of critical',
    ],
    ['metadata that is no object', plain(1, { metadata: 'x' }), 'metadata: expected an object'],
    [
      'metadata that is not flat',
      plain(1, { metadata: { a: [] } }),
      'metadata.a: expected a string',
    ],
    ['a position of 0', plain(1, { position: 0 }), 'position: expected a whole number'],
    ['a position that is no number', plain(1, { position: '1e3' }), 'position: expected a whole'],
    ['a payload that its schema refuses', plain(1, { data: { symbol: 'B' } }), 'price: is missing'],
    [
      'a key __proto__',
      plain(1, { type: 'a.b' }).replace('"data":{', '"data":{"__proto__":{},'),
      '__proto__',
    ],
    ['a payload that is too deep', plain(1, { type: 'a.b', data: deep }), '64 levels'],
    ['a CloudEvent that is none of ours', '{"specversion":"1.0"}', 'expected'],
    ['a line that is too long', 'x'.repeat(2 * 1024 ** 2 + 1), 'longer than 2097152 characters'],
    ['a line that is far too long', 'x'.repeat(7 * 1024 ** 2), 'longer than 2097152 characters'],
  ])('refuses %s', async (_, line, reason) => {
    const log = memoryLog()
    await expect(importLog(log, stream(`${line.trimEnd()}\n${plain(2)}`))).rejects.toThrow(reason)
    expect(await idsOf(log)).toEqual([])
    await importLog(log, stream(`${line.trimEnd()}\n${plain(2)}`), { onBadLine: 'skip' })
    expect(await idsOf(log)).toEqual(['run-2'])
  })

  it('refuses bytes that are no UTF-8', async () => {
    const bytes = Buffer.concat([Buffer.from(plain(1)), Buffer.from([0xff, 0x0a])])
    await expect(importLog(memoryLog(), stream(bytes))).rejects.toThrow(
      'stream:2: it is no UTF-8 text',
    )
  })

  it('keeps every character of a line of the greatest length', async () => {
    const log = memoryLog()
    const line = plain(1, { type: 'their.own', data: '' }).trimEnd()
    const text = '€'.repeat(2 * 1024 ** 2 - line.length)
    await importLog(log, stream(line.replace('"data":""', `"data":"${text}"`)))
    expect((await entriesOf(log))[0]!.event.data).toBe(text)
  })

  it('checks payloads by the catalog of the log, and lifts none', async () => {
    const catalog = tradingEvents.extend({
      'their.own': {
        version: 2,
        description: 'Something has happened.',
        payload: z.strictObject({ n: z.number() }),
        example: { n: 1 },
        upcast: { 1: (data: unknown) => ({ n: Number((data as { n: string }).n) }) },
      },
    })
    const log = memoryLog({ catalog })
    const own = { type: 'their.own', version: 1, data: { n: '5' } }
    await importLog(log, stream(plain(1, own), plain(2, { ...own, version: 3, data: {} })))
    expect((await entriesOf(log)).map(({ event }) => event.version)).toEqual([1, 3])
    const bad = stream(plain(3, { ...own, data: { n: 'x' } }))
    await expect(importLog(log, bad)).rejects.toThrow('n: expected number')
  })

  it('says where a file cannot be read on, with what was before in the log', async () => {
    const text = Array.from({ length: 3_000 }, (_, index) => plain(index + 1)).join('')
    const cut = gzipSync(text).subarray(0, -9)
    const path = join(temporaryFolder(), 'cut.gz')
    writeFileSync(path, cut)
    const log = memoryLog()
    const error = (await importLog(log, path).catch((failure: unknown) => failure)) as {
      readonly line: number
      readonly imported: { readonly events: number }
      readonly message: string
    }
    expect(error.message).toContain('cannot be read: unexpected end of file')
    expect(error.imported.events).toBe(error.line - 1)
    expect((await entriesOf(log)).length).toBe(error.imported.events)
    await expect(importLog(log, join(path, 'none'))).rejects.toThrow('cannot be read: ENOTDIR')
    const failing = new Readable({ read: () => failing.destroy(new Error('unplugged')) })
    await expect(importLog(log, failing)).rejects.toThrow(
      'the stream:1: from here on it cannot be read: unplugged',
    )
  })

  it('ends when its signal aborts, between two batches', async () => {
    const text = Array.from({ length: 3_000 }, (_, index) => plain(index + 1)).join('')
    const stop = new AbortController()
    const reason = new Error('enough')
    const log = memoryLog()
    const done = importLog(log, stream(text), {
      signal: stop.signal,
      onProgress: () => stop.abort(reason),
    })
    await expect(done).rejects.toBe(reason)
    expect(await entriesOf(log)).toHaveLength(1_000)
  })

  it('ends with the error of the log', async () => {
    const log = memoryLog()
    await log.close()
    await expect(importLog(log, stream(plain(1)))).rejects.toMatchObject({ code: 'LOG_CLOSED' })
  })

  it.each<[string, unknown, object]>([
    ['an unknown option', stream(), { skip: true }],
    ['a policy that is none', stream(), { onBadLine: 'ignore' }],
    ['a progress that is no function', stream(), { onProgress: 1 }],
    ['a source that is no stream', 5, {}],
    ['no source', undefined, {}],
  ])('refuses %s', async (_, from, options) => {
    await expect(importLog(memoryLog(), from as string, options)).rejects.toMatchObject({
      code: 'CONFIGURATION',
    })
  })
})
