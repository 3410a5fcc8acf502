import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { createBus, SimulatedClock } from 'tradewire'
import { archive, openLog, project, record } from 'tradewire/log'
import { afterAll, describe, expect, it, vi } from 'vitest'

const directory = mkdtempSync(join(tmpdir(), 'tradewire-'))
const canary = 'CANARY-4711'
const key = Buffer.alloc(32, 'KEY-CANARY-4712')

afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** Everything that stands in the directory, archives unpacked. */
function written(): string {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const bytes = readFileSync(join(entry.parentPath, entry.name))
      return (entry.name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1')
    })
    .join('\n')
}

describe('secrets of a log', () => {
  it.each([
    ['redacted', { redact: ['data.accountId', 'metadata.apiKey'] }],
    ['encrypted', { encryption: { keys: { k: key }, current: 'k' } }],
  ] as const)('that are %s stand in no file, error or log line', async (name, options) => {
    const lines: unknown[] = []
    const spies = (['log', 'warn', 'error'] as const).map((method) =>
      vi.spyOn(console, method).mockImplementation((...words) => void lines.push(...words)),
    )
    const clock = new SimulatedClock()
    const log = await openLog(join(directory, `${name}.db`), options)
    const bus = createBus({ clock })
    const recording = record(bus, log)
    const authenticate = (): unknown =>
      bus.emitSync(
        'system.authenticated',
        { timestamp: 1, endpoint: 'feed', accountId: canary },
        { metadata: { apiKey: canary, request: 'r-1' } },
      )
    for (let round = 0; round < 50; round += 1) authenticate()
    await recording.flush()
    // While it is open, the write-ahead log is looked into as well.
    const open = written()
    const consumer = await log.consume(
      'failing',
      (event) => {
        throw new Error(`no: ${JSON.stringify(event.data)}`)
      },
      { retry: { attempts: 1 } },
    )
    await consumer.caughtUp()
    await project(
      log,
      {
        name: 'accounts',
        initial: () => new Set<string>(),
        reduce: (accounts, { data }) => accounts.add(JSON.stringify(data)),
      },
      { snapshotEvery: 10 },
    )
    const folder = join(directory, `${name}-archive`)
    const { encryption } = options as { encryption?: { keys: { k: Buffer }; current: string } }
    await archive(log, { position: 40 }, folder, encryption === undefined ? {} : { encryption })
    const errors = await Promise.allSettled([
      archive(log, { position: 50 }, folder),
      openLog(join(directory, `${name}.db`)),
    ])
    await recording.stop()
    await log.close()
    for (const spy of spies) spy.mockRestore()
    const told = [...lines, ...errors.map((end) => String((end as { reason?: unknown }).reason))]
    for (const secret of [canary, 'KEY-CANARY', key.toString('base64')]) {
      expect(open).not.toContain(secret)
      expect(written()).not.toContain(secret)
      expect(told.map(String).join('\n')).not.toContain(secret)
    }
    expect(written()).toContain('system.authenticated')
  })
})
