import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import { type EventLog, memoryLog } from 'tradewire/log'
import { describe, expect, it } from 'vitest'
import { exportLog } from '../../src/log/export-log.ts'
import { appendAll, temporaryFolder, trade, trades } from '../support/logged.ts'

async function logOf(count: number): Promise<ReturnType<typeof memoryLog>> {
  const log = memoryLog()
  await appendAll(log, trades(count))
  return log
}

const linesOf = (text: string): { readonly id: string; readonly position: string }[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: string; position: string })

/** A stream that takes a while for each chunk. */
function slowStream(written: Buffer[]): Writable {
  return new Writable({
    highWaterMark: 1,
    write(chunk: Buffer, _, done) {
      written.push(chunk)
      setImmediate(done)
    },
  })
}

describe('exportLog', () => {
  it('writes one CloudEvent a line, with its position', async () => {
    const path = join(temporaryFolder(), 'all.ndjson')
    const report = await exportLog(await logOf(3), path)
    const text = readFileSync(path, 'utf8')
    expect(report).toEqual({
      events: 3,
      first: 1,
      last: 3,
      sha256: createHash('sha256').update(text).digest('hex'),
    })
    expect(linesOf(text)[1]).toEqual({
      specversion: '1.0',
      id: 'run-2',
      source: 'feed',
      type: 'market.trade_tick',
      time: '2026-01-01T00:00:00.002Z',
      datacontenttype: 'application/json',
      data: trade(2).data,
      sequence: '0000000000000002',
      correlationid: 'run-2',
      dataversion: 1,
      position: '2',
    })
  })

  it('compresses what is to end in .gz; the hash is that of the text', async () => {
    const folder = temporaryFolder()
    const log = await logOf(2_000)
    const plain = await exportLog(log, join(folder, 'a.ndjson'))
    const compressed = await exportLog(log, join(folder, 'a.ndjson.gz'))
    expect(compressed).toEqual(plain)
    const text = gunzipSync(readFileSync(join(folder, 'a.ndjson.gz')))
    expect(text.equals(readFileSync(join(folder, 'a.ndjson')))).toBe(true)
  })

  it('takes the conditions of read', async () => {
    const log = await logOf(9)
    await appendAll(log, [trade(10, { type: 'their.own', source: 'them' })])
    const folder = temporaryFolder()
    const ids = async (name: string, query: Parameters<typeof exportLog>[2]): Promise<string[]> => {
      await exportLog(log, join(folder, name), query)
      return linesOf(readFileSync(join(folder, name), 'utf8')).map(({ id }) => id)
    }
    expect(await ids('a', { from: 8 })).toEqual(['run-8', 'run-9', 'run-10'])
    expect(await ids('b', { source: 'them' })).toEqual(['run-10'])
    expect(await ids('c', { pattern: 'market.*', limit: 2, order: 'backward' })).toEqual([
      'run-9',
      'run-8',
    ])
  })

  it('writes an empty file of nothing', async () => {
    const path = join(temporaryFolder(), 'none')
    expect(await exportLog(memoryLog(), path)).toMatchObject({ events: 0, first: 0, last: 0 })
    expect(readFileSync(path, 'utf8')).toBe('')
  })

  it('refuses what is no log', async () => {
    const promised = Promise.resolve(memoryLog()) as unknown as EventLog
    await expect(exportLog(promised, 'a')).rejects.toThrow('exportLog takes an EventLog')
  })

  it('refuses to overwrite a file unless it may', async () => {
    const path = join(temporaryFolder(), 'a')
    writeFileSync(path, 'precious')
    const log = await logOf(1)
    await expect(exportLog(log, path)).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringContaining('exists already') as string,
    })
    expect(readFileSync(path, 'utf8')).toBe('precious')
    await exportLog(log, path, { overwrite: true })
    expect(readFileSync(path, 'utf8')).toContain('run-1')
  })

  it('leaves no file behind when it is ended', async () => {
    const folder = temporaryFolder()
    const reason = new Error('enough')
    const stop = new AbortController()
    const done = exportLog(await logOf(3_000), join(folder, 'a.gz'), {
      signal: stop.signal,
      onProgress: () => stop.abort(reason),
    })
    await expect(done).rejects.toBe(reason)
    expect(readdirSync(folder)).toEqual([])
  })

  it('keeps the file of before when it fails, and its own error', async () => {
    const folder = temporaryFolder()
    const path = join(folder, 'a')
    writeFileSync(path, 'precious')
    const failure = new Error('from outside')
    const done = exportLog(await logOf(1_000), path, {
      overwrite: true,
      onProgress: () => {
        throw failure
      },
    })
    await expect(done).rejects.toBe(failure)
    expect(readdirSync(folder)).toEqual(['a'])
    expect(readFileSync(path, 'utf8')).toBe('precious')
  })

  it('says what keeps it from writing', async () => {
    const folder = temporaryFolder()
    const log = await logOf(1)
    await expect(exportLog(log, join(folder, 'none', 'a'))).rejects.toMatchObject({
      code: 'LOG_STORAGE',
      message: expect.stringContaining('ENOENT') as string,
    })
    mkdirSync(join(folder, 'taken'))
    await expect(exportLog(log, join(folder, 'taken'), { overwrite: true })).rejects.toMatchObject({
      code: 'LOG_STORAGE',
    })
    expect(readdirSync(folder)).toEqual(['taken'])
  })

  it('gives way to another process that writes the same file', async () => {
    const path = join(temporaryFolder(), 'a')
    const done = exportLog(await logOf(1_000), path, {
      onProgress: () => {
        rmSync(`${path}.partial`, { force: true })
        writeFileSync(`${path}.partial`, 'theirs')
      },
    })
    await expect(done).rejects.toMatchObject({
      code: 'LOG_STORAGE',
      message: expect.stringContaining('Another process writes') as string,
    })
    expect(readFileSync(`${path}.partial`, 'utf8')).toBe('theirs')
    const removed = exportLog(await logOf(1_000), path, {
      onProgress: () => rmSync(`${path}.partial`, { force: true }),
    })
    await expect(removed).rejects.toMatchObject({ code: 'LOG_STORAGE' })
    expect(existsSync(path)).toBe(false)
  })

  it('writes to a stream no faster than it takes it, and does not end it', async () => {
    const written: Buffer[] = []
    const stream = slowStream(written)
    let most = 0
    const log = await logOf(4_000)
    const report = await exportLog(log, stream, {
      onProgress: () => (most = Math.max(most, stream.writableLength)),
    })
    expect(linesOf(Buffer.concat(written).toString())).toHaveLength(report.events)
    expect(written.length).toBeGreaterThan(10)
    expect(most).toBeLessThanOrEqual(100_000)
    expect(stream.writableEnded).toBe(false)
    expect(stream.listenerCount('close')).toBe(0)
    expect(stream.listenerCount('error')).toBe(0)
  })

  it('ends with the error of the stream, also when it is closed', async () => {
    const log = await logOf(4_000)
    const failure = new Error('no more')
    const failing = new Writable({ write: (_, __, done) => done(failure) })
    await expect(exportLog(log, failing)).rejects.toBe(failure)
    const closing: Writable = new Writable({ write: () => void closing.destroy() })
    await expect(exportLog(log, closing)).rejects.toMatchObject({
      code: 'LOG_STORAGE',
      message: 'The stream was closed before all was written to it.',
    })
  })

  it('tells how far it has come, and how much there is where that is known', async () => {
    const log = await logOf(1_500)
    const told: unknown[] = []
    const onProgress = (progress: unknown): number => told.push(progress)
    const sink = (): Writable => slowStream([])
    await exportLog(log, sink(), { onProgress })
    await exportLog(log, sink(), { onProgress, limit: 5 })
    expect(told).toEqual([
      { done: 1_000, total: 1_500 },
      { done: 1_500, total: 1_500 },
      { done: 5, total: undefined },
    ])
  })

  it('escapes what controls a terminal, and loses nothing by it', async () => {
    const log = memoryLog()
    const source = 'a\u001b[31m\u009b31m\u202e\u2028\ufeff'
    await appendAll(log, [trade(1, { type: 'their.own', data: { source } })])
    const written: Buffer[] = []
    await exportLog(log, slowStream(written))
    const text = Buffer.concat(written).toString()
    // eslint-disable-next-line no-control-regex
    expect(text).toMatch(/^[\u0020-\u007e]*\n$/)
    expect(JSON.parse(text)).toMatchObject({ data: { source } })
  })

  it.each<[string, unknown, object]>([
    ['an unknown option', 'a', { patern: '*' }],
    ['unknown as an option: all are written as they are', 'a', { unknown: 'keep' }],
    ['a progress that is no function', 'a', { onProgress: 1 }],
    ['a target that is no stream', 5, {}],
    ['no target', undefined, {}],
    ['a malformed pattern', 'a', { pattern: 'a..b' }],
  ])('refuses %s', async (_, to, options) => {
    await expect(exportLog(memoryLog(), to as string, options)).rejects.toMatchObject({
      code: 'CONFIGURATION',
    })
  })
})
