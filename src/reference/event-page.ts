import type { CatalogEntry } from '../events/catalog-entry.ts'
import { encodedExample } from './encoded-example.ts'
import { handlerSnippet } from './handler-snippet.ts'
import type { JSONSchemaDocument } from '../events/json-schema.ts'
import { type Block, type Page, type Part, prose, type Text } from './page.ts'
import { type PayloadShape, payloadShapes } from './payload-fields.ts'
import { constantOf, notesOf } from './trading-event.ts'

/** What a page needs beside its event. */
export interface PageSurroundings {
  /** Names of files by event name. */
  readonly files: ReadonlyMap<string, string>
  /** JSON Schemas by event name. */
  readonly schemas: ReadonlyMap<string, JSONSchemaDocument>
}

/** Where the schema of an event stands, relative to the pages. */
const schemaFile = (file: string): string => `schemas/${file}.schema.json`

/** The page of an event. */
export function eventPage(entry: CatalogEntry, { files, schemas }: PageSurroundings): Page {
  const shapes = payloadShapes(entry)
  const file = files.get(entry.name)!
  return {
    name: file,
    title: entry.name,
    category: entry.category,
    keywords: shapes.flatMap(({ fields }) => fields.map(({ path }) => path)),
    blocks: [
      { kind: 'paragraph', text: prose(entry.description) },
      ...originBlocks(entry),
      { kind: 'table', head: ['Property', 'Value'], rows: properties(entry) },
      heading('Payload'),
      ...shapes.flatMap(shapeBlocks),
      ...invariantBlocks(entry),
      ...neighbourBlocks(entry, files),
      heading('Handler'),
      { kind: 'code', language: 'ts', text: handlerSnippet(entry, shapes) },
      heading('Example'),
      paragraph('The event as JSON, as logs and other processes have it:'),
      { kind: 'code', language: 'json', text: json(encodedExample(entry)) },
      heading('JSON Schema'),
      {
        kind: 'paragraph',
        text: [
          'The encoded event, draft 2020-12, also as a file: ',
          { text: `${file}.schema.json`, file: schemaFile(file) },
          '. Rules between fields are not in it; ',
          { code: 'decodeEvent' },
          ' checks them.',
        ],
      },
      { kind: 'code', language: 'json', text: json(schemas.get(entry.name)) },
    ],
  }
}

const heading = (text: string): Block => ({ kind: 'heading', text: [text] })
const paragraph = (text: string): Block => ({ kind: 'paragraph', text: [text] })
const json = (value: unknown): string => JSON.stringify(value, undefined, 2)

/** When it is emitted, and by whom. */
function originBlocks(entry: CatalogEntry): readonly Block[] {
  const { emittedWhen, emittedBy } = notesOf(entry)
  const items: Text[] = []
  if (emittedWhen !== undefined) items.push(['When: ', ...prose(emittedWhen)])
  if (emittedBy !== undefined) items.push(['By: ', ...prose(emittedBy)])
  return items.length === 0 ? [] : [{ kind: 'list', items }]
}

function properties(entry: CatalogEntry): readonly Text[][] {
  const { version, priority, legacyName } = entry
  const constant = constantOf(entry)
  const rows: [string, Part | undefined][] = [
    ['Type', { code: entry.name }],
    ['Constant', constant === undefined ? undefined : { code: `EventType.${constant}` }],
    ['Legacy name', legacyName === undefined ? undefined : { code: legacyName }],
    ['Priority', priority],
    ['Version', String(version)],
  ]
  return rows.flatMap(([name, value]) => (value === undefined ? [] : [[[name], [value]]]))
}

function shapeBlocks({ where, type, fields }: PayloadShape): readonly Block[] {
  const table: Block = {
    kind: 'table',
    head: ['Field', 'Type', 'Required', 'Meaning'],
    rows: fields.map(({ path, type, required, condition, meaning }) => [
      [{ code: path }],
      [type],
      [presence(required, condition)],
      prose(meaning),
    ]),
  }
  const blocks = [
    ...(fields.length === 0 ? [paragraph('It has no fields with a name.')] : []),
    ...(type === undefined ? [] : [paragraph(`It is an ${type}.`)]),
    ...(fields.length === 0 ? [] : [table]),
  ]
  return where === undefined
    ? blocks
    : [{ kind: 'paragraph', text: [...prose(where), ':'] }, ...blocks]
}

function presence(required: boolean, condition: string | undefined): string {
  if (condition === undefined) return required ? 'yes' : 'no'
  return required ? `if ${condition}` : `no; only if ${condition}`
}

function invariantBlocks(entry: CatalogEntry): readonly Block[] {
  const { invariants = [] } = notesOf(entry)
  if (invariants.length === 0) return []
  return [heading('What holds'), { kind: 'list', items: invariants.map(prose) }]
}

/** The events before and after it; those of the catalog as links. */
function neighbourBlocks(
  entry: CatalogEntry,
  files: ReadonlyMap<string, string>,
): readonly Block[] {
  const { before = [], after = [] } = notesOf(entry)
  const items = [['Before it: ', before] as const, ['After it: ', after] as const].flatMap(
    ([label, types]) => (types.length === 0 ? [] : [[label, ...listed(types, files)] as Text]),
  )
  return items.length === 0 ? [] : [heading('Before and after'), { kind: 'list', items }]
}

function listed(types: readonly string[], files: ReadonlyMap<string, string>): Part[] {
  return types.flatMap((type, index): Part[] => {
    const page = files.get(type)
    const part = page === undefined ? { code: type } : { code: type, page }
    return index === 0 ? [part] : [', ', part]
  })
}
