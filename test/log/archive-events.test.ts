import { fc } from '@fast-check/vitest'
import { join } from 'node:path'
import { tradingEvents } from 'tradewire'
import { memoryLog, openStore } from 'tradewire/log'
import { describe, expect, it } from 'vitest'
import { type EncodedEvent, encodeEvent } from '../../src/events/encoding.ts'
import { Envelope, type TradewireEvent } from '../../src/events/envelope.ts'
import { priorities } from '../../src/events/priority.ts'
import { archive } from '../../src/log/archive.ts'
import { exportLog } from '../../src/log/export-log.ts'
import { importLog } from '../../src/log/import-log.ts'
import { MemoryStore } from '../../src/log/memory-store.ts'
import { restore } from '../../src/log/restore.ts'
import { entriesOf, temporaryFolder } from '../support/logged.ts'

const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 })
const value = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
)
const name = text.filter((key) => key !== '__proto__')
const envelope = fc.record({
  id: text,
  timestamp: fc.double({ noNaN: true, noDefaultInfinity: true }),
  sequence: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  source: text,
  correlationId: text,
  causationId: fc.option(text, { nil: undefined }),
  priority: fc.constantFrom(...priorities),
  metadata: fc.option(fc.dictionary(name, value, { maxKeys: 5 }), { nil: undefined }),
})
const entries = [...tradingEvents.entries.values()]

/** The example of every trading event, each in an envelope that has never been seen. */
const events = fc
  .array(envelope, { minLength: entries.length, maxLength: entries.length })
  .map((envelopes) =>
    envelopes.map(
      ({ id, correlationId, causationId, ...one }, index): TradewireEvent =>
        new Envelope(
          '',
          one.sequence,
          entries[index]!.name,
          entries[index]!.example,
          one.timestamp,
          one.source,
          entries[index]!.version,
          one.priority,
          one.metadata,
          undefined,
          undefined,
          { id, correlationId, causationId },
        ),
    ),
  )

/** As it is once it has been JSON: zeros have no sign there. */
const plain = (event: TradewireEvent): EncodedEvent =>
  JSON.parse(JSON.stringify(encodeEvent(event))) as EncodedEvent

describe('any event of the catalog', { timeout: 120_000 }, () => {
  it('comes back from an archive and from an export as it was', async () => {
    const folder = temporaryFolder()
    const encryption = { keys: { key: new Uint8Array(32) }, current: 'key' }
    let run = 0
    await fc.assert(
      fc.asyncProperty(events, fc.boolean(), async (list, sealed) => {
        run += 1
        const log = memoryLog()
        await log.append(list)
        const options = sealed ? { encryption } : {}
        const archives = join(folder, String(run))
        const manifest = await archive(log, { position: list.length + 1 }, archives, options)
        expect(Object.keys(manifest!.types)).toHaveLength(list.length)
        const restored = await openStore(new MemoryStore(), {}, sealed)
        await restore(restored, archives, options)
        const wanted = list.map((event, index) => ({ position: index + 1, event: plain(event) }))
        expect(await entriesOf(restored)).toEqual(wanted)

        const file = join(folder, `${run}.ndjson${sealed ? '.gz' : ''}`)
        await exportLog(log, file)
        const imported = memoryLog()
        await importLog(imported, file)
        expect(await entriesOf(imported)).toEqual(wanted)
      }),
      { numRuns: 20 },
    )
  })
})
