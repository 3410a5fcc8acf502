import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { memoryLog } from 'tradewire/log'
import { describe, expect, it } from 'vitest'
import { archive } from '../../src/log/archive.ts'
import { restore, verifyArchive } from '../../src/log/restore.ts'
import { appendAll, temporaryFolder, trade } from '../support/logged.ts'

describe('an archive that somebody made to do harm', () => {
  it.each(['first', 'last'])('leads to no other file by the %s of its manifest', async (field) => {
    const folder = temporaryFolder()
    const log = memoryLog()
    await appendAll(log, [trade(1), trade(2)])
    await archive(log, { position: 3 }, folder)
    const path = join(
      folder,
      readdirSync(folder).find((name) => name.endsWith('.manifest.json'))!,
    )
    const json = JSON.parse(readFileSync(path, 'utf8')) as object
    writeFileSync(path, JSON.stringify({ ...json, [field]: '/../../other' }))
    const reason = `its ${field} is malformed`
    expect((await verifyArchive(folder)).damaged[0]!.reason).toContain(reason)
    await expect(restore(memoryLog(), folder)).rejects.toThrow(reason)
  })
})
