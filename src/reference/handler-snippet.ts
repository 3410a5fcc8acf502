import type { CatalogEntry } from '../events/catalog-entry.ts'
import { isParameter } from '../events/pattern.ts'
import type { PayloadField } from './payload-field.ts'
import type { PayloadShape } from './payload-fields.ts'

/** TypeScript that subscribes to an event and reads fields that each of its payloads has. */
export function handlerSnippet(entry: CatalogEntry, shapes: readonly PayloadShape[]): string {
  const pattern = entry.tokens.map((token) => (isParameter(token) ? '*' : token)).join('.')
  const shown = [entry.parameterised ? 'type' : '', ...fieldsToShow(shapes)].filter(Boolean)
  const taken = entry.parameterised ? '{ type, data }' : '{ data }'
  return [
    `bus.on(${quoted(pattern)}, (${taken}) => {`,
    `  console.log(${shown.join(', ')})`,
    '})',
  ].join('\n')
}

/** What is the same in many events says little of one. */
const common = new Set([
  'timestamp',
  'orderId',
  'positionId',
  'symbol',
  'side',
  'quantity',
  'averageEntryPrice',
  'endpoint',
])

function fieldsToShow([first, ...others]: readonly PayloadShape[]): readonly string[] {
  const shared = first!.fields.filter(
    ({ path, required }) =>
      required &&
      !/[.[]/.test(path) &&
      others.every(({ fields }) => fields.some((field) => field.path === path && field.required)),
  )
  const own = shared.find(({ path }) => !common.has(path)) ?? shared[0]
  if (own === undefined) return ['data']
  const symbol = shared.find((field) => field.path === 'symbol' && field !== own)
  return [symbol, own].filter((field) => field !== undefined).map(reading)
}

function reading({ path, decimal }: PayloadField): string {
  const access = /^[A-Za-z_$][\w$]*$/.test(path) ? `data.${path}` : `data[${quoted(path)}]`
  return decimal ? `${access}.toFixed()` : access
}

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, (character) => `\\${character}`)}'`
}
