import type { Catalog } from '../events/catalog.ts'
import type { CatalogEntry } from '../events/catalog-entry.ts'
import { isParameter } from '../events/pattern.ts'
import { encodedExample } from './encoded-example.ts'
import { fileNames } from './file-name.ts'
import { encodedSchema } from './json-schemas.ts'
import { categoriesOf } from './overview-page.ts'
import { notesOf } from './trading-event.ts'

/** What an AsyncAPI document says of the system whose events it describes. */
export interface AsyncAPIInfo {
  /** Its name, such as `My bot`. */
  readonly title: string
  /** The version of its events as you count them, such as `1.4.0`. */
  readonly version: string
  /** What it does. Default: a sentence on events. */
  readonly description?: string
}

/** An AsyncAPI document, as a plain object. */
export type AsyncAPIDocument = Readonly<Record<string, unknown>>

/**
 * An AsyncAPI 3.0 document of a catalog: a channel for each event with its type as the address, a message
 * with the encoded event as its payload (JSON Schema draft 7, the one of AsyncAPI) and an example, and
 * an operation that sends it.
 */
export function asyncApiOf(catalog: Catalog, info: AsyncAPIInfo): AsyncAPIDocument {
  const keys = keysOf(catalog)
  const entries = [...catalog.entries.values()].map((entry) => ({
    entry,
    key: keys.get(entry.name)!,
  }))
  const byKey = <Value>(make: (entry: CatalogEntry, key: string) => Value): object =>
    Object.fromEntries(entries.map(({ entry, key }) => [key, make(entry, key)]))
  const tags = categoriesOf(entries.map(({ entry }) => entry))
  const { title, version, description = 'Events as JSON, each at the address of its type.' } = info
  return {
    asyncapi: '3.0.0',
    info: { title, version, description, tags: tags.map((name) => ({ name })) },
    defaultContentType: 'application/json',
    channels: byKey(channel),
    operations: byKey(operation),
    components: {
      messages: byKey(message),
      schemas: byKey((entry, key) => encodedSchema(entry, '7', `#/components/schemas/${key}`)),
    },
  }
}

/** Keys by event name: those of files, without what no key may hold; numbered where two would be one. */
function keysOf(catalog: Catalog): ReadonlyMap<string, string> {
  const taken = new Set<string>()
  const keys = new Map<string, string>()
  for (const [name, file] of fileNames(catalog)) {
    const plain = file.replaceAll('~', '_')
    let key = plain
    for (let next = 2; taken.has(key); next += 1) key = `${plain}-${next}`
    taken.add(key)
    keys.set(name, key)
  }
  return keys
}

function channel(entry: CatalogEntry, key: string): object {
  const parameters = entry.tokens.filter(isParameter).map((token) => token.slice(1, -1))
  return {
    address: entry.name,
    title: entry.name,
    messages: { [key]: { $ref: `#/components/messages/${key}` } },
    ...(parameters.length > 0 && {
      parameters: Object.fromEntries(
        parameters.map((name) => [
          name,
          { description: `The part of the type that stands for {${name}}; without a dot.` },
        ]),
      ),
    }),
    tags: [{ name: entry.category }],
  }
}

function operation(entry: CatalogEntry, key: string): object {
  const { emittedWhen, emittedBy } = notesOf(entry)
  const when = emittedWhen === entry.description ? undefined : emittedWhen
  const description = [when, emittedBy === undefined ? undefined : `By: ${emittedBy}`]
    .filter((sentence) => sentence !== undefined)
    .join('\n\n')
  return {
    action: 'send',
    title: entry.name,
    summary: entry.description,
    ...(description !== '' && { description }),
    channel: { $ref: `#/channels/${key}` },
    messages: [{ $ref: `#/channels/${key}/messages/${key}` }],
    tags: [{ name: entry.category }],
  }
}

function message(entry: CatalogEntry, key: string): object {
  const { name, description, version, priority, legacyName } = entry
  const { invariants } = notesOf(entry)
  return {
    name,
    title: name,
    summary: description,
    ...(invariants !== undefined && {
      description: invariants.map((sentence) => `- ${sentence}`).join('\n'),
    }),
    contentType: 'application/json',
    payload: { $ref: `#/components/schemas/${key}` },
    examples: [{ name: 'example', payload: encodedExample(entry) }],
    tags: [{ name: entry.category }],
    'x-version': version,
    'x-priority': priority,
    ...(legacyName !== undefined && { 'x-legacy-name': legacyName }),
  }
}
