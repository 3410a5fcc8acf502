import { readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { createHash } from 'node:crypto'
import { type EventLog, LogKeyError, memoryLog, openStore } from 'tradewire/log'
import { describe, expect, it } from 'vitest'
import { archive } from '../../src/log/archive.ts'
import { MemoryStore } from '../../src/log/memory-store.ts'
import { restore, verifyArchive } from '../../src/log/restore.ts'
import { appendAll, entriesOf, temporaryFolder, trade, trades } from '../support/logged.ts'

const encryption = {
  keys: { a: new Uint8Array(32).fill(1), b: new Uint8Array(32).fill(2) },
  current: 'a',
}

/** A log in memory that counts as encrypted. */
const sealedLog = (): Promise<EventLog> => openStore(new MemoryStore(), {}, true)

async function archived(
  counts: readonly number[],
  options: Parameters<typeof archive>[3] = {},
): Promise<{ readonly log: EventLog; readonly folder: string }> {
  const folder = temporaryFolder()
  const log = memoryLog()
  let first = 1
  for (const count of counts) {
    await appendAll(
      log,
      Array.from({ length: count }, (_, index) => trade(first + index)),
    )
    first += count
    await archive(log, { position: first }, folder, options)
  }
  return { log, folder }
}

const fileIn = (folder: string, ending: string): string =>
  join(
    folder,
    readdirSync(folder).find((name) => name.endsWith(ending))!,
  )

function rewrite(
  folder: string,
  ending: string,
  change: (json: Record<string, unknown>) => unknown,
): void {
  const path = fileIn(folder, ending)
  const json = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
  writeFileSync(path, JSON.stringify(change(json)))
}

describe('restore', () => {
  it('gives back what was archived, at its positions', async () => {
    const { log, folder } = await archived([3, 1_500, 7])
    const copy = memoryLog()
    const progress: unknown[] = []
    const report = await restore(copy, folder, { onProgress: (step) => progress.push(step) })
    expect(report).toEqual({ archives: 3, events: 1_510, first: 1, last: 1_510 })
    expect(await entriesOf(copy)).toEqual(await entriesOf(log))
    expect(progress.at(-1)).toEqual({ done: 3_020, total: 3_020 })
  })

  it('keeps events of types and versions that the catalog does not know as they are', async () => {
    const log = memoryLog()
    const odd = [
      trade(9, { type: 'a.b' }),
      trade(8, { type: 'z.b' }),
      trade(1, { type: 'their.own', version: 9, data: { deep: [{ a: null }], b: -0.5 } }),
      trade(2, { version: 12, data: 'old text' }),
      trade(3, { priority: 'low', metadata: { request: 'r', retry: true, n: 1.5 } }),
      trade(4, { causationId: 'run-1', correlationId: 'run-1', timestamp: 1e15 + 0.125 }),
      trade(5, { id: 'läuft\u0000 über', source: 'a b/\ud800?#"' }),
    ]
    await appendAll(log, odd)
    const folder = temporaryFolder()
    await archive(log, { position: 99 }, folder)
    const copy = memoryLog()
    await restore(copy, folder)
    expect((await entriesOf(copy)).map(({ event }) => event)).toEqual(odd)
  })

  it('keeps positions that have holes, and goes on in a log that ends before', async () => {
    const { log, folder } = await archived([4])
    await appendAll(log, [trade(5), trade(6), trade(7)])
    await log.retain({ before: 6 })
    await archive(log, { position: 99 }, folder)
    const copy = memoryLog()
    await restore(copy, folder)
    expect((await entriesOf(copy)).map(({ position }) => position)).toEqual([1, 2, 3, 4, 6, 7])
    await appendAll(copy, [trade(8)])
    expect((await entriesOf(copy)).at(-1)!.position).toBe(8)
    const later = temporaryFolder()
    for (const name of readdirSync(folder).filter((name) => name.startsWith('000000000006'))) {
      renameSync(join(folder, name), join(later, name))
    }
    const inTwo = memoryLog()
    await restore(inTwo, folder)
    await restore(inTwo, later)
    expect((await entriesOf(inTwo)).map(({ position }) => position)).toEqual([1, 2, 3, 4, 6, 7])
  })

  it('refuses a log that does not end before the archive', async () => {
    const { folder } = await archived([4])
    const copy = memoryLog()
    await appendAll(copy, trades(1))
    await expect(restore(copy, folder)).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringContaining('ends at position 1, and the archive begins at 1') as string,
    })
  })

  it('refuses a folder without archives', async () => {
    const empty = temporaryFolder()
    await expect(restore(memoryLog(), empty)).rejects.toThrow('holds no archive')
    await expect(restore(memoryLog(), join(empty, 'none'))).rejects.toThrow('holds no archive')
  })

  it('appends nothing if the last archive is damaged', async () => {
    const { folder } = await archived([3, 3])
    const path = join(folder, '000000000004-000000000006.ndjson.gz')
    const bytes = readFileSync(path)
    bytes.writeUInt8(bytes.readUInt8(40) ^ 1, 40)
    writeFileSync(path, bytes)
    const copy = memoryLog()
    await expect(restore(copy, folder)).rejects.toMatchObject({
      code: 'ARCHIVE_INVALID',
      message: expect.stringMatching(/expected fileSha256 [0-9a-f]{64}, but found/) as string,
    })
    expect(await entriesOf(copy)).toEqual([])
  })

  it('notices an archive that is missing in between', async () => {
    const { folder } = await archived([3, 3, 3])
    for (const name of readdirSync(folder).filter((name) => name.startsWith('000000000004'))) {
      rmSync(join(folder, name))
    }
    await expect(restore(memoryLog(), folder)).rejects.toThrow(
      'the archive that begins at position 7 was made to follow position 6, but the one before it ends at 3',
    )
  })

  it('opens what is encrypted, with the key of then', async () => {
    const { log, folder } = await archived([5, 3_000], { encryption })
    const copy = await sealedLog()
    await restore(copy, folder, { encryption: { ...encryption, current: 'b' } })
    expect(await entriesOf(copy)).toEqual(await entriesOf(log))
  })

  it('refuses to write in plain what is encrypted', async () => {
    const { folder } = await archived([3])
    const sealed = await archived([3, 2], { encryption })
    for (const name of readdirSync(sealed.folder).filter((name) =>
      name.startsWith('000000000004'),
    )) {
      renameSync(join(sealed.folder, name), join(folder, name))
    }
    const copy = memoryLog()
    await expect(restore(copy, folder, { encryption })).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringMatching(
        /^000000000004-000000000005\.ndjson\.gz\.sealed is encrypted with the key "a", and the log is not encrypted.*Open the log with \{ encryption/,
      ) as string,
    })
    expect(await entriesOf(copy)).toEqual([])
  })

  it('refuses what is no log', async () => {
    const promised = Promise.resolve(memoryLog()) as unknown as EventLog
    await expect(restore(promised, 'a')).rejects.toThrow('restore takes an EventLog')
  })

  it('says which key is missing, or is another one', async () => {
    const { folder } = await archived([5], { encryption })
    await expect(restore(await sealedLog(), folder)).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringContaining('is encrypted with the key "a": give') as string,
    })
    const { b } = encryption.keys
    for (const keys of [{ b }, { a: b, b }] as Record<string, Uint8Array>[]) {
      await expect(
        restore(await sealedLog(), folder, { encryption: { keys, current: 'b' } }),
      ).rejects.toThrow(LogKeyError)
      await expect(verifyArchive(folder, { encryption: { keys, current: 'b' } })).rejects.toThrow(
        LogKeyError,
      )
    }
  })

  it('ends when its signal aborts', async () => {
    const { folder } = await archived([5])
    const reason = new Error('enough')
    const copy = memoryLog()
    await expect(restore(copy, folder, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(await entriesOf(copy)).toEqual([])
  })

  it.each([[{ key: 1 }], [{ onProgress: 1 }], [{ encryption: {} }]])(
    'refuses the options %j',
    async (options) => {
      await expect(restore(memoryLog(), 'a', options as object)).rejects.toMatchObject({
        code: 'CONFIGURATION',
      })
    },
  )
})

describe('verifyArchive', () => {
  it('proves all archives of a folder', async () => {
    const { folder } = await archived([3, 4])
    expect(await verifyArchive(folder)).toEqual({
      ok: true,
      archives: 2,
      events: 7,
      first: 1,
      last: 7,
      damaged: [],
    })
  })

  it('says that there is none', async () => {
    const folder = temporaryFolder()
    expect(await verifyArchive(folder)).toMatchObject({
      ok: false,
      damaged: [{ file: folder, reason: 'There is no archive.' }],
    })
  })

  it.each<[string, Parameters<typeof archive>[3] & object]>([
    ['plain', {}],
    ['encrypted', { encryption }],
  ])(
    'finds any byte of a file that is %s flipped, cut or added',
    { timeout: 120_000 },
    async (_, options) => {
      const { folder } = await archived([2], options)
      const path = fileIn(folder, options.encryption === undefined ? '.gz' : '.sealed')
      const bytes = readFileSync(path)
      for (let index = 0; index < bytes.length; index += 1) {
        const flipped = Buffer.from(bytes)
        flipped.writeUInt8(bytes.readUInt8(index) ^ (1 << (index % 8)), index)
        writeFileSync(path, flipped)
        expect(await verifyArchive(folder, options)).toMatchObject({ ok: false })
      }
      for (const other of [bytes.subarray(0, -1), Buffer.concat([bytes, Buffer.from([0])])]) {
        writeFileSync(path, other)
        expect(await verifyArchive(folder, options)).toMatchObject({ ok: false })
      }
      rmSync(path)
      expect(await verifyArchive(folder, options)).toMatchObject({
        ok: false,
        damaged: [{ reason: expect.stringContaining('cannot be read: ENOENT') as string }],
      })
    },
  )

  it.each<[string, (json: Record<string, unknown>) => unknown]>([
    ['no object', () => 5],
    ['another format', (json) => ({ ...json, format: 'zip' })],
    ['another number of events', (json) => ({ ...json, events: 2 })],
    ['another hash', (json) => ({ ...json, sha256: 'a'.repeat(64) })],
    ['a hash that is none', (json) => ({ ...json, fileSha256: 'abc' })],
    ['another size', (json) => ({ ...json, bytes: 5 })],
    ['other types', (json) => ({ ...json, types: { 'market.trade_tick': 1, 'a.b': 2 } })],
    ['types that are none', (json) => ({ ...json, types: 5 })],
    ['other positions than its name', (json) => ({ ...json, last: 4 })],
    ['positions that contradict each other', (json) => ({ ...json, previous: 1 })],
    ['a key that is none', (json) => ({ ...json, encrypted: { key: 5 } })],
    ['no time', (json) => ({ ...json, since: 'x' })],
  ])('finds a manifest with %s', async (_, change) => {
    const { folder } = await archived([3])
    rewrite(folder, '.manifest.json', change)
    const { ok, damaged } = await verifyArchive(folder)
    expect(ok).toBe(false)
    expect(damaged).toHaveLength(1)
  })

  it('says that a manifest is of a newer version', async () => {
    const { folder } = await archived([3])
    rewrite(folder, '.manifest.json', (json) => ({ ...json, version: 2 }))
    const { damaged } = await verifyArchive(folder)
    expect(damaged[0]!.reason).toContain(
      'has version 2, and this program reads version 1. Update it.',
    )
  })

  it('finds a manifest that is no JSON', async () => {
    const { folder } = await archived([3])
    writeFileSync(fileIn(folder, '.manifest.json'), '{"format":')
    expect((await verifyArchive(folder)).damaged[0]!.reason).toContain(
      'cannot be read, or is no JSON',
    )
  })

  it.each<[string, (lines: string[]) => string[], string]>([
    ['a line that is no event', ([a, , c]) => [a!, '{}', c!], ':2: it is no event'],
    ['a line that is no UTF-8', ([a, b, c]) => [a!, b!.replace('run-2', '\udcff'), c!], ':2:'],
    ['lines that changed places', ([a, b, c]) => [b!, a!, c!], ':2: expected a position above 2'],
    [
      'a line without a position',
      ([a, b, c]) => [a!, b!.replace(/,"position":"2"/, ''), c!],
      'none',
    ],
    ['a line too few', ([a, , c]) => [a!, c!], 'expected events 3, but found 2'],
    ['another first line', ([, b, c]) => [b!, c!], 'expected events 3, but found 2'],
  ])('finds %s, also where the hashes were made to fit', async (_, change, reason) => {
    const { log, folder } = await archived([3])
    void log
    const path = fileIn(folder, '.gz')
    const { gunzipSync } = await import('node:zlib')
    const lines = gunzipSync(readFileSync(path)).toString().trimEnd().split('\n')
    const text = Buffer.from(`${change(lines).join('\n')}\n`, 'latin1')
    const bytes = gzipSync(text)
    writeFileSync(path, bytes)
    const hash = (of: Uint8Array): string => createHash('sha256').update(of).digest('hex')
    rewrite(folder, '.manifest.json', (json) => ({
      ...json,
      sha256: hash(text),
      fileSha256: hash(bytes),
      bytes: bytes.length,
    }))
    const { ok, damaged } = await verifyArchive(folder)
    expect(ok).toBe(false)
    expect(damaged[0]!.reason).toContain(reason)
  })

  it('finds what is no gzip, also where the hashes were made to fit', async () => {
    const { folder } = await archived([3])
    const bytes = Buffer.from('no gzip at all')
    writeFileSync(fileIn(folder, '.gz'), bytes)
    const fileSha256 = createHash('sha256').update(bytes).digest('hex')
    rewrite(folder, '.manifest.json', (json) => ({ ...json, fileSha256, bytes: bytes.length }))
    expect((await verifyArchive(folder)).damaged[0]!.reason).toContain(
      'cannot be read: incorrect header',
    )
  })

  it('cannot look into what is no folder', async () => {
    const file = join(temporaryFolder(), 'file')
    writeFileSync(file, '')
    expect((await verifyArchive(file)).damaged[0]!.reason).toContain('cannot be read: ENOTDIR')
  })
})
