import { readFileSync } from 'node:fs'
import { createBus, EventType, tradingEvents } from 'tradewire'
import { createLegacyAdapter } from 'tradewire/legacy'
import { describe, expect, it } from 'vitest'

const guide = readFileSync(new URL('../../docs/guides/migrating.md', import.meta.url), 'utf8')

/** The rows of the guide's table of names: each an event type and its names. */
const rows = [...guide.matchAll(/^\| `([a-z_]+\.[a-z_]+)` +\| (`[^|]+`) +\|$/gm)].map(
  ([, type, names]) => [type!, names!.match(/\w+/g)!] as const,
)

describe('docs/guides/migrating.md', () => {
  it('lists the names that are known without a mapping, and their events', () => {
    const adapter = createLegacyAdapter(createBus())
    for (const [type, names] of rows) {
      for (const name of names) adapter.on(name, () => {})
      const listed = adapter.report().names.filter((row) => row.type === type)
      expect(listed.map(({ name }) => name)).toEqual(names)
    }
    const known = [...tradingEvents.entries.values()].flatMap(({ legacyName }) => legacyName ?? [])
    const constants = Object.keys(EventType).map((constant) => constant.toLowerCase())
    const told = rows.flatMap(([, names]) => names)
    expect(told.toSorted()).toEqual([...new Set([...known, ...constants])].toSorted())
  })
})
