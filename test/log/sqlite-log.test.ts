import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openLog } from 'tradewire/log'
import { afterAll } from 'vitest'
import { eventLogContract } from '../contract/event-log.contract.ts'

const directory = mkdtempSync(join(tmpdir(), 'tradewire-'))

afterAll(() => rmSync(directory, { recursive: true, force: true }))

eventLogContract('an SQLite file', {
  survivesClosing: true,
  open: (name, options) => openLog(join(directory, `${name}.db`), options),
})

eventLogContract('an encrypted SQLite file', {
  survivesClosing: true,
  open: (name, options) =>
    openLog(join(directory, `sealed-${name}.db`), {
      ...options,
      encryption: { keys: { 2026: new Uint8Array(32).fill(7) }, current: '2026' },
    }),
})
