import { existsSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { openLog, type OpenLogOptions } from 'tradewire/log'
import { describe, expect, it, vi } from 'vitest'
import { temporaryFolder } from '../support/logged.ts'
import { all, eventMaker, logCatalog } from '../support/logged-events.ts'

const key = new Uint8Array(32).fill(1)

describe('openLog', () => {
  it('makes a file and its folder, and reads it again without the right to write', async () => {
    const path = join(temporaryFolder(), 'runs', 'log.db')
    const { note } = eventMaker()
    {
      await using log = await openLog(path, { catalog: logCatalog })
      await log.append([note('a'), note('b')])
    }
    await using log = await openLog(path, { catalog: logCatalog, readOnly: true })
    expect(log.readOnly).toBe(true)
    expect(await all(log.read())).toHaveLength(2)
    const refusal = { code: 'LOG_READ_ONLY' }
    await expect(log.append(note('c'))).rejects.toMatchObject(refusal)
    await expect(log.appendEncoded([])).rejects.toMatchObject(refusal)
    await expect(log.retain({ maxEvents: 1 })).rejects.toMatchObject(refusal)
    await expect(log.consume('c', () => {})).rejects.toMatchObject(refusal)
    expect(() => log.writer()).toThrow(expect.objectContaining(refusal))
  })

  it('lets readers follow what somebody else writes', async () => {
    const path = join(temporaryFolder(), 'log.db')
    const { note } = eventMaker()
    await using log = await openLog(path, { catalog: logCatalog })
    await log.append([note('a'), note('b')])
    await using reader = await openLog(path, { catalog: logCatalog, readOnly: true })
    await using tail = reader.tail()
    expect((await tail.next()).value?.position).toBe(1)
    expect((await tail.next()).value?.position).toBe(2)
    const next = tail.next()
    await log.append(note('c'))
    expect((await next).value?.position).toBe(3)
    await log.append(note('d'))
    expect(await all(reader.read({ order: 'backward', limit: 1 }))).toMatchObject([{ position: 4 }])
    expect(await all(reader.read())).toHaveLength(4)
  })

  it('refuses options that cannot be, and then makes and locks nothing', async () => {
    const path = join(temporaryFolder(), 'log.db')
    for (const options of [
      { readOnly: 'yes' },
      { repair: 1 },
      { encryption: {} },
      { encryption: { keys: { a: key }, current: 'b' } },
      { catalog: {} },
      { clock: null },
      { redact: ['data.nobody'] },
      { readonly: true },
    ]) {
      await expect(openLog(path, options as unknown as OpenLogOptions)).rejects.toMatchObject({
        code: 'CONFIGURATION',
      })
    }
    await expect(openLog('')).rejects.toMatchObject({ code: 'CONFIGURATION' })
    expect(existsSync(path)).toBe(false)
    await using log = await openLog(path, { catalog: logCatalog })
    await expect(openLog(path)).rejects.toMatchObject({ code: 'LOG_LOCKED' })
    expect(log.closed).toBe(false)
  })

  it('encrypts where it is told to', async () => {
    const path = join(temporaryFolder(), 'log.db')
    const encryption = { keys: { a: key }, current: 'a' }
    {
      await using log = await openLog(path, { catalog: logCatalog, encryption })
      expect(log.encrypted).toBe(true)
      await log.append(eventMaker().note('secret'))
      expect((await all(log.read())).map(({ event }) => event.data)).toEqual([{ text: 'secret' }])
    }
    await using log = await openLog(path, { catalog: logCatalog, readOnly: true })
    expect(log.encrypted).toBe(false)
    await expect(all(log.read())).rejects.toMatchObject({ code: 'LOG_KEY' })
  })

  it.each([
    ['20.20.2', 'needs Node 22.16 or newer, this is 20.20.2.'],
    ['22.15.9', 'needs Node 22.16 or newer, this is 22.15.9.'],
    ['23.11.1', 'needs Node 22.16 or newer, but not 23, this is 23.11.1.'],
  ])('says that Node %s has not what it needs, and makes nothing', async (node, message) => {
    const path = join(temporaryFolder(), 'log.db')
    using _ = vi.spyOn(process, 'versions', 'get').mockReturnValue({ ...process.versions, node })
    await expect(openLog(path)).rejects.toMatchObject({
      code: 'LOG_STORAGE',
      message: `A log in a file ${message} Use a newer one.`,
    })
    expect(existsSync(path)).toBe(false)
  })

  it.each(['22.16.0', '24.0.0', '26.1.0-nightly'])('takes Node %s for what it is', async (node) => {
    using _ = vi.spyOn(process, 'versions', 'get').mockReturnValue({ ...process.versions, node })
    await using log = await openLog(join(temporaryFolder(), 'log.db'))
    expect(log.closed).toBe(false)
  })
})
