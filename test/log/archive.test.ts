import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { SimulatedClock } from 'tradewire'
import { ArchiveError, type EventLog, memoryLog, openLog } from 'tradewire/log'
import { describe, expect, it } from 'vitest'
import { archive } from '../../src/log/archive.ts'
import type { ArchiveManifest } from '../../src/log/archive-manifest.ts'
import { appendAll, temporaryFolder, trade, trades } from '../support/logged.ts'

const encryption = { keys: { old: new Uint8Array(32).fill(7) }, current: 'old' }
const begin = 1_767_225_600_000

async function logOf(count: number): Promise<ReturnType<typeof memoryLog>> {
  const log = memoryLog()
  await appendAll(log, trades(count))
  return log
}

function manifestOf(folder: string, name: string): ArchiveManifest {
  return JSON.parse(readFileSync(join(folder, `${name}.manifest.json`), 'utf8')) as ArchiveManifest
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

describe('archive', () => {
  it('writes events as compressed CloudEvents, and a manifest that says what they are', async () => {
    const folder = join(temporaryFolder(), 'a', 'b')
    const log = await logOf(20)
    const clock = new SimulatedClock({ start: begin })
    const manifest = await archive(log, { position: 13 }, folder, { clock })
    const name = '000000000001-000000000012'
    expect(readdirSync(folder)).toEqual([`${name}.manifest.json`, `${name}.ndjson.gz`])
    expect(manifestOf(folder, name)).toEqual(manifest)
    const file = readFileSync(join(folder, `${name}.ndjson.gz`))
    const text = gunzipSync(file)
    expect(manifest).toEqual({
      format: 'tradewire-archive',
      version: 1,
      events: 12,
      first: 1,
      last: 12,
      lastId: 'run-12',
      previous: 0,
      since: begin + 1,
      until: begin + 12,
      sha256: sha256(text),
      fileSha256: sha256(file),
      bytes: file.length,
      types: { 'market.trade_tick': 12 },
      createdAt: '2026-01-01T00:00:00.000Z',
    })
    const lines = text.toString().trimEnd().split('\n')
    expect(lines).toHaveLength(12)
    expect(JSON.parse(lines[4]!)).toMatchObject({ specversion: '1.0', id: 'run-5', position: '5' })
  })

  it('goes on after the last archive of the folder', async () => {
    const folder = temporaryFolder()
    const log = await logOf(10)
    await archive(log, { position: 4 }, folder)
    expect(await archive(log, { position: 8 }, folder)).toMatchObject({ first: 4, previous: 3 })
    expect(await archive(log, { position: 8 }, folder)).toBeUndefined()
    expect(await archive(log, { position: 2 }, folder)).toBeUndefined()
    expect(await archive(log, { position: 1_000 }, folder)).toMatchObject({ first: 8, last: 10 })
    expect(await archive(log, { position: 1_000 }, folder)).toBeUndefined()
  })

  it('ends before the first event at or after a time, also where times are out of order', async () => {
    const log = memoryLog()
    const at = [5, 6, 20, 7, 8].map((time, index) => trade(index + 1, { timestamp: begin + time }))
    await appendAll(log, at)
    const folder = temporaryFolder()
    expect(await archive(log, begin + 5, folder)).toBeUndefined()
    expect(await archive(log, begin + 10, folder)).toMatchObject({ first: 1, last: 2 })
    expect(await archive(log, begin + 20, folder)).toBeUndefined()
    expect(await archive(log, begin + 21, folder)).toMatchObject({
      first: 3,
      last: 5,
      since: begin + 7,
      until: begin + 20,
    })
  })

  it('makes nothing of an empty log', async () => {
    const folder = join(temporaryFolder(), 'none')
    expect(await archive(memoryLog(), begin, folder)).toBeUndefined()
    expect(await archive(await logOf(3), { position: 1 }, folder)).toBeUndefined()
    expect(existsSync(folder)).toBe(false)
  })

  it('leaves out what was removed, and says so by its positions', async () => {
    const folder = temporaryFolder()
    const log = await logOf(10)
    await archive(log, { position: 4 }, folder)
    await log.retain({ before: 7 })
    expect(await archive(log, { position: 100 }, folder)).toMatchObject({
      previous: 3,
      first: 7,
      last: 10,
      events: 4,
    })
  })

  it('encrypts the whole of an archive', async () => {
    const folder = temporaryFolder()
    const log = memoryLog()
    await appendAll(log, [
      trade(1, { metadata: { canary: 'CANARY-SECRET' }, source: 'CANARY-SECRET' }),
    ])
    const manifest = await archive(log, { position: 9 }, folder, { encryption })
    const name = '000000000001-000000000001.ndjson.gz.sealed'
    expect(manifest).toMatchObject({ encrypted: { key: 'old' } })
    const bytes = readFileSync(join(folder, name))
    expect(manifest).toMatchObject({ bytes: bytes.length, fileSha256: sha256(bytes) })
    for (const file of readdirSync(folder)) {
      expect(readFileSync(join(folder, file), 'latin1')).not.toContain('CANARY')
    }
  })

  it('refuses what is no log', async () => {
    const promised = Promise.resolve(memoryLog()) as unknown as EventLog
    const refused = archive(promised, 1, temporaryFolder())
    await expect(refused).rejects.toThrow('Is the await missing?')
  })

  it('refuses to write what the log has encrypted in the clear', async () => {
    const folder = temporaryFolder()
    await using log = await openLog(join(temporaryFolder(), 'log.db'), { encryption })
    await appendAll(log, trades(2))
    await expect(archive(log, { position: 2 }, folder)).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringContaining('The log is encrypted') as string,
    })
    expect(await archive(log, { position: 2 }, folder, { encryption })).toBeDefined()
  })

  it('refuses a folder of another log', async () => {
    const folder = temporaryFolder()
    await archive(await logOf(5), { position: 9 }, folder)
    const other = memoryLog()
    await appendAll(other, trades(3))
    await expect(archive(other, { position: 9 }, folder)).rejects.toThrow(ArchiveError)
    await appendAll(other, [trade(9), trade(10), trade(11)])
    await expect(archive(other, { position: 9 }, folder)).rejects.toThrow(
      'holds the archive of another log: there, event "run-5" stands at position 5.',
    )
  })

  it('writes over events that were left without a manifest', async () => {
    const folder = temporaryFolder()
    const file = join(folder, '000000000001-000000000002.ndjson.gz')
    writeFileSync(file, 'half of it')
    writeFileSync(`${file}.partial`, 'half of it')
    await archive(await logOf(2), { position: 9 }, folder)
    expect(gunzipSync(readFileSync(file)).toString()).toContain('run-2')
    expect(existsSync(`${file}.partial`)).toBe(false)
  })

  it('notices another one that archives into the same folder', async () => {
    const folder = temporaryFolder()
    const log = await logOf(2)
    const made = await archive(log, { position: 2 }, temporaryFolder())
    const onProgress = (): void => {
      writeFileSync(join(folder, '000000000001-000000000001.manifest.json'), JSON.stringify(made))
    }
    await expect(archive(log, { position: 9 }, folder, { onProgress })).rejects.toThrow(
      'another archive was made there meanwhile',
    )
  })

  it('ends when its signal aborts, and leaves no file behind', async () => {
    const folder = temporaryFolder()
    const reason = new Error('enough')
    const stop = new AbortController()
    const made = archive(await logOf(3_000), { position: 9_999 }, folder, {
      signal: stop.signal,
      onProgress: () => stop.abort(reason),
    })
    await expect(made).rejects.toBe(reason)
    expect(readdirSync(folder)).toEqual([])
  })

  it('notices events that are removed while they are archived', async () => {
    const folder = temporaryFolder()
    const log = await logOf(10)
    const readEncoded = log.readEncoded.bind(log)
    log.readEncoded = async function* late(query) {
      if (query?.limit === undefined) await log.retain({ before: 4 })
      for await (const entry of readEncoded(query)) yield entry
      return undefined
    }
    await expect(archive(log, { position: 99 }, folder)).rejects.toThrow(
      'events 1 to 10 were removed from the log while they were archived',
    )
    expect(readdirSync(folder)).toEqual([])
    expect(await archive(log, { position: 99 }, folder)).toMatchObject({ first: 4 })
  })

  it('tells how far it has come', async () => {
    const done: number[] = []
    await archive(await logOf(2_500), { position: 9_999 }, temporaryFolder(), {
      onProgress: (progress) => done.push(progress.done),
    })
    expect(done).toEqual([1_000, 2_000, 2_500])
  })

  it.each<[string, unknown, string, object]>([
    ['a time that is none', Number.NaN, 'a', {}],
    ['a position of 0', { position: 0 }, 'a', {}],
    ['no position', {}, 'a', {}],
    ['no folder', 1, '', {}],
    ['an unknown option', 1, 'a', { until: 1 }],
    ['a progress that is no function', 1, 'a', { onProgress: 1 }],
    ['a key that is too short', 1, 'a', { encryption: { keys: { a: 'AA==' }, current: 'a' } }],
  ])('refuses %s', async (_, until, folder, options) => {
    await expect(archive(memoryLog(), until as number, folder, options)).rejects.toMatchObject({
      code: 'CONFIGURATION',
    })
  })

  it('says what is in the way of its files', async () => {
    const file = join(temporaryFolder(), 'file')
    writeFileSync(file, '')
    await expect(archive(await logOf(2), { position: 9 }, file)).rejects.toMatchObject({
      code: 'ARCHIVE_INVALID',
    })
    await expect(archive(await logOf(2), { position: 9 }, join(file, 'sub'))).rejects.toThrow(
      'cannot be read: ENOTDIR',
    )
  })
})
