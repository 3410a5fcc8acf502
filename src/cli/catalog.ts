import type { Catalog } from '../events/catalog.ts'
import { closestTo } from '../events/suggestion.ts'
import { counted } from '../log/counted.ts'
import { asyncApiOf } from '../reference/async-api.ts'
import { eventPages } from '../reference/event-pages.ts'
import { htmlSite } from '../reference/html-site.ts'
import { catalogSchema, jsonSchemasOf } from '../reference/json-schemas.ts'
import { tradingEvents } from '../events/trading-events.ts'
import { writeDocument } from './catalog-document.ts'
import { chosenEvents, noteStrays } from './catalog-events.ts'
import { writeFolder } from './catalog-folder.ts'
import { loadCatalog } from './catalog-module.ts'
import type { Command, Given } from './command.ts'
import { UsageError } from './usage-error.ts'

/** What a description is called, and which version its author gives to the events. */
interface Info {
  readonly title: string
  readonly version: string
}

/** What a format writes. */
interface Format {
  /** The files of a folder, by path. */
  files(catalog: Catalog, info: Info): ReadonlyMap<string, string>
  /** One document for the output or a file; absent where a format is many files. */
  document?(catalog: Catalog, info: Info): Record<string, unknown>
}

const formats: Readonly<Record<string, Format>> = {
  'json-schema': {
    document: (catalog, { title }) => catalogSchema(catalog, { title, bundled: true }),
    files: (catalog, { title }) =>
      new Map([
        ['catalog.json', json(catalogSchema(catalog, { title, bundled: false }))],
        ...schemaFiles(catalog, ''),
      ]),
  },
  asyncapi: {
    document: asyncApiOf,
    files: (catalog, info) => new Map([['asyncapi.json', json(asyncApiOf(catalog, info))]]),
  },
  markdown: {
    files: (catalog) =>
      new Map([
        ...eventPages(catalog).map(({ path, markdown }) => [path, markdown] as const),
        ...schemaFiles(catalog, 'schemas/'),
      ]),
  },
  html: {
    files: (catalog, { title }) =>
      new Map([...htmlSite(catalog, { title }), ...schemaFiles(catalog, 'schemas/')]),
  },
}

export const catalogCommand: Command = {
  name: 'catalog',
  summary:
    'Describes the events of a catalog: as JSON Schema, as AsyncAPI, as Markdown or as a web site.',
  positionals: [],
  needs: '--format format',
  options: {
    format: {
      value: 'format',
      help: 'json-schema (draft 2020-12), asyncapi (3.0), markdown or html. Needed.',
    },
    module: {
      value: 'path',
      help: 'A module that exports a catalog, by default or by name; TypeScript from Node 22.18 on. Default: the trading events.',
    },
    export: { value: 'name', help: 'Which export of the module it is, if there are several.' },
    only: {
      value: 'pattern',
      repeatable: true,
      help: 'Only events that it covers, such as signal.* or action.**. Default: all, those of your own categories first.',
    },
    out: {
      value: 'folder',
      help: 'Where the files go. markdown and html need it; json-schema and asyncapi also take a file, whose name ends in .json. Default: one document, to stdout.',
    },
    title: {
      value: 'text',
      help: 'What the document or the site is called. Default: Trading events; with --module, Events.',
    },
    'api-version': {
      value: 'text',
      help: 'The version of your events that the AsyncAPI document has. Default: 1.0.0.',
    },
    force: {
      help: 'Write into a folder that holds other files, or over another file. Default: refuse.',
    },
  },
  example: 'tradewire catalog --format html --module ./my-events.ts --out events',
  async run(given, room) {
    const { name, format } = formatOf(given)
    const out = given.text('out')
    requireFitting(given, name, format)
    const all = await catalogOf(given)
    noteStrays(all, (text) => room.note(text))
    const catalog = chosenEvents(all, given.list('only'))
    const info = {
      title: given.text('title') ?? (given.text('module') ? 'Events' : 'Trading events'),
      version: given.text('api-version') ?? '1.0.0',
    }
    const force = given.flag('force')
    if (out === undefined) {
      await room.out.line(json(format.document!(catalog, info)).trimEnd())
    } else if (isDocument(out)) {
      await writeDocument(out, format.document!(catalog, info), { force })
      room.note(`1 file written: ${JSON.stringify(out)}`)
    } else {
      const files = format.files(catalog, info)
      await writeFolder(out, files, { force })
      room.note(`${counted(files.size, 'file')} written to ${JSON.stringify(out)}`)
    }
    return 0
  },
}

const isDocument = (path: string): boolean => path.toLowerCase().endsWith('.json')

/** Throws unless the options go with the format. */
function requireFitting(given: Given, name: string, format: Format): void {
  const out = given.text('out')
  if (format.document === undefined && out === undefined) {
    throw new UsageError(`${name} is many files: give their folder with --out folder.`)
  }
  if (format.document === undefined && isDocument(out!)) {
    throw new UsageError(
      `${name} is many files, but --out ${JSON.stringify(out)} is the name of one. Give a folder.`,
    )
  }
  if (given.text('api-version') !== undefined && name !== 'asyncapi') {
    throw new UsageError(`--api-version goes with --format asyncapi, not with ${name}.`)
  }
}

function formatOf(given: Given): { readonly name: string; readonly format: Format } {
  const name = given.text('format')
  const names = Object.keys(formats)
  if (name === undefined) throw new UsageError(`--format is missing: ${names.join(', ')}.`)
  if (Object.hasOwn(formats, name)) return { name, format: formats[name]! }
  const closest = closestTo(name, names)
  const hint = closest === undefined ? `Give ${names.join(', ')}.` : `Did you mean ${closest}?`
  throw new UsageError(`There is no format ${JSON.stringify(name)}. ${hint}`)
}

async function catalogOf(given: Given): Promise<Catalog> {
  const path = given.text('module')
  if (path !== undefined) return loadCatalog(path, given.text('export'))
  if (given.text('export') === undefined) return tradingEvents
  throw new UsageError('--export needs the module that it is of: give --module path.')
}

function schemaFiles(catalog: Catalog, folder: string): [string, string][] {
  return [...jsonSchemasOf(catalog).values()].map((schema) => [
    `${folder}${String(schema['$id'])}`,
    json(schema),
  ])
}

function json(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}
