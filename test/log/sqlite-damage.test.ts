import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openLog } from 'tradewire/log'
import { afterAll, describe, expect, it } from 'vitest'
import { eventMaker, logCatalog } from '../support/logged-events.ts'

const directory = mkdtempSync(join(tmpdir(), 'tradewire-'))

afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** A log of 2,500 notes, of which somebody has edited one behind its back. */
async function edited(name: string, position: number): Promise<string> {
  const path = join(directory, `${name}.db`)
  const { note } = eventMaker()
  const log = await openLog(path, { catalog: logCatalog })
  await log.append(Array.from({ length: 2_500 }, (_, index) => note(`note ${index + 1}`)))
  await log.close()
  const database = new DatabaseSync(path)
  database
    .prepare("UPDATE records SET event = replace(event, 'note 1', 'note 9') WHERE position = ?")
    .run(position)
  database.close()
  return path
}

describe('a log with an edited record', () => {
  it('gives everything before it, and then says what is damaged', async () => {
    const path = await edited('middle', 1_777)
    await using log = await openLog(path, { catalog: logCatalog })
    let read = 0
    const reading = (async () => {
      for await (const { position } of log.read()) read = position
    })()
    await expect(reading).rejects.toMatchObject({ code: 'LOG_DAMAGED', first: 1_777, last: 1_777 })
    expect(read).toBe(1_776)
    const { ok, damaged } = await log.verify()
    expect(ok).toBe(false)
    expect(damaged[0]).toMatchObject({ first: 1_777, last: 1_777 })
  })

  it('is not written on if it is the last one, but can be read and verified', async () => {
    const path = await edited('end', 1_000)
    const database = new DatabaseSync(path)
    database.exec(
      "UPDATE records SET event = replace(event, 'note 2', 'note 9') WHERE position = 2500",
    )
    database.close()
    await expect(openLog(path)).rejects.toMatchObject({ code: 'LOG_DAMAGED', first: 2_500 })
    await using log = await openLog(path, { catalog: logCatalog, readOnly: true })
    const { damaged } = await log.verify()
    expect(damaged.map(({ first, last }) => [first, last])).toEqual([
      [1_000, 1_000],
      [2_500, 2_500],
    ])
  })
})

describe('a log that holds encrypted events', () => {
  it('gets no others in plain text', async () => {
    const path = join(directory, 'sealed.db')
    const encryption = { keys: { '2026': new Uint8Array(32) }, current: '2026' }
    const { note } = eventMaker()
    const log = await openLog(path, { catalog: logCatalog, encryption })
    await log.append(note('secret'))
    await log.close()
    await expect(openLog(path)).rejects.toMatchObject({ code: 'LOG_KEY', keyName: '2026' })
    await using reader = await openLog(path, { readOnly: true })
    expect(await reader.stats()).toMatchObject({ events: 1, deadLetters: 0 })
  })

  it('may have begun without encryption', async () => {
    const path = join(directory, 'later.db')
    const encryption = { keys: { '2026': new Uint8Array(32) }, current: '2026' }
    const { note } = eventMaker()
    const plain = await openLog(path, { catalog: logCatalog })
    await plain.append(note('public'))
    await plain.close()
    await using log = await openLog(path, { catalog: logCatalog, encryption })
    await log.append(note('secret'))
    const texts = []
    for await (const { event } of log.read()) texts.push(event.data)
    expect(texts).toEqual([{ text: 'public' }, { text: 'secret' }])
  })
})

describe('openLog of what is no log', () => {
  it('makes nothing beside a directory, and no file called :memory:', async () => {
    await expect(openLog(directory)).rejects.toMatchObject({ code: 'LOG_FORMAT' })
    await expect(openLog(directory, { readOnly: true })).rejects.toMatchObject({
      code: 'LOG_FORMAT',
    })
    expect(existsSync(`${directory}-lock`)).toBe(false)
    await expect(openLog(':memory:')).rejects.toThrow('memoryLog()')
  })

  it('says that there is no such directory to read in', async () => {
    const refused = openLog(join(directory, 'no', 'log.db'), { readOnly: true })
    await expect(refused).rejects.toThrow(/director/)
  })
})

describe('openLog of a log whose file is gone', () => {
  it('does not begin anew while its write-ahead log holds events', async () => {
    const path = join(directory, 'gone.db')
    writeFileSync(`${path}-wal`, 'events')
    await expect(openLog(path)).rejects.toMatchObject({ code: 'LOG_DAMAGED' })
    const log = await openLog(path, { repair: true })
    await log.close()
  })
})

describe('encryption with another key under a known name', () => {
  it('is refused before anything is written', async () => {
    const path = join(directory, 'keys.db')
    const keys = (byte: number) => ({
      keys: { a: new Uint8Array(32).fill(byte), b: new Uint8Array(32).fill(9) },
      current: 'a',
    })
    const { note } = eventMaker()
    const log = await openLog(path, { catalog: logCatalog, encryption: keys(1) })
    await log.append(note('secret'))
    await log.close()
    await expect(openLog(path, { encryption: keys(2) })).rejects.toMatchObject({
      code: 'LOG_KEY',
      keyName: 'a',
    })
    const { b } = keys(1).keys
    const rotated = await openLog(path, {
      catalog: logCatalog,
      encryption: { keys: { b }, current: 'b' },
    })
    await rotated.append(note('with another'))
    await rotated.close()
  })
})

describe('close while a log is read', () => {
  it('ends the read with an error, and what follows with an end', async () => {
    const path = join(directory, 'closing.db')
    const { note } = eventMaker()
    const log = await openLog(path, { catalog: logCatalog })
    await log.append(Array.from({ length: 3_000 }, () => note('x')))
    const [reader, tail] = [log.read(), log.tail({ from: 3_001 })]
    await reader.next()
    const waiting = tail.next()
    await log.close()
    await expect(reader.next()).rejects.toMatchObject({ code: 'LOG_CLOSED' })
    expect(await waiting).toEqual({ done: true, value: undefined })
  })
})
