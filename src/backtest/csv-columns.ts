import { describeValue } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import { SourceError } from './source-errors.ts'

/** A field of an event, and what columns are called that hold it. */
export interface CsvField<Name extends string = string> {
  /** Its name in the mapping of columns. */
  readonly name: Name
  /** What its column is called, in small letters and digits alone. */
  readonly called: readonly string[]
  /** Whether a file must have it. */
  readonly required: boolean
}

/**
 * Which columns hold what. A list says what the columns of a file without a header hold, in their order; an
 * empty text stands for a column that does not matter. An object gives the column of a field by its name in
 * the header or by its number from 0; for all other fields the header is asked.
 */
export type CsvColumns<Name extends string> =
  | readonly (Name | '')[]
  | { readonly [Field in Name]?: string | number }

/** Throws `CONFIGURATION` unless `columns` is a mapping of these fields. */
export function requireColumns<Name extends string>(
  fields: readonly CsvField<Name>[],
  columns: CsvColumns<Name>,
): void {
  const names = fields.map(({ name }) => name as string)
  const known = names.join(', ')
  if (typeof columns !== 'object' || columns === null) {
    throw new ConfigurationError(
      `columns must be a list of fields or an object of { field: column }, but is ${describeValue(columns)}.`,
    )
  }
  const given = Array.isArray(columns)
    ? columns.filter((name) => name !== '')
    : Object.keys(columns)
  const stray: unknown = given.find((name) => !names.includes(name as string))
  if (stray !== undefined) {
    throw new ConfigurationError(
      `columns names a field ${describeValue(stray)} that there is not. It knows: ${known}.`,
    )
  }
  if (Array.isArray(columns)) return
  for (const [name, column] of Object.entries<unknown>(columns)) {
    const right =
      typeof column === 'string'
        ? column !== ''
        : Number.isSafeInteger(column) && Number(column) >= 0
    if (right) continue
    throw new ConfigurationError(
      `columns.${name} must be the name of a column or its number from 0, but is ${describeValue(column)}.`,
    )
  }
}

/** The places of fields in the rows of a file. */
export class CsvLayout {
  /** How many columns a row has. */
  readonly width: number
  readonly #header: readonly string[] | undefined
  readonly #places = new Map<string, number>()

  /**
   * @param header the first row, where it has the names of the columns.
   * @param width how many columns the first row has.
   * @throws SourceError `SOURCE_INVALID` if the file lacks a column.
   */
  constructor(
    path: string,
    fields: readonly CsvField[],
    columns: CsvColumns<string> | undefined,
    header: readonly string[] | undefined,
    width: number,
  ) {
    this.width = width
    this.#header = header
    if (header?.some((name) => name.includes('\r')) === true) {
      throw new SourceError(
        path,
        'its lines end by a carriage return alone, as those of old Macs did. Save it with line feeds.',
        { line: 1 },
      )
    }
    for (const field of fields) {
      const place = placeOf(path, field, columns, header, width)
      if (place !== undefined) this.#places.set(field.name, place)
      else if (field.required) throw missing(path, field, header)
    }
  }

  /** The place of a field in a row, from 0; -1 if the file does not have it. */
  of(name: string): number {
    return this.#places.get(name) ?? -1
  }

  /** What the column of a field is called: by the header, or by its number from 1. */
  columnOf(name: string): string | undefined {
    const place = this.#places.get(name)
    if (place === undefined) return undefined
    return this.#header?.[place] ?? String(place + 1)
  }
}

const delimiters = [',', ';', '\t', '|']

/** What to do about a row of one column in which something stands that delimits fields elsewhere. */
export function delimiterHint(text: string, given: string): string | undefined {
  const found = delimiters.find((each) => each !== given && text.includes(each))
  if (found === undefined) return undefined
  const name = JSON.stringify(found).replaceAll('"', "'")
  return `there is one column, as fields are delimited by ${JSON.stringify(given).replaceAll('"', "'")}, but ${name} stands in it. Give { delimiter: ${name} }.`
}

function placeOf(
  path: string,
  field: CsvField,
  columns: CsvColumns<string> | undefined,
  header: readonly string[] | undefined,
  width: number,
): number | undefined {
  if (Array.isArray(columns)) return found(columns.indexOf(field.name), width)
  const column = (columns as Readonly<Record<string, string | number>> | undefined)?.[field.name]
  if (typeof column === 'number') {
    if (column < width) return column
    throw new SourceError(
      path,
      `${field.name} is said to stand in column ${column}, counted from 0, but there are ${width}.`,
    )
  }
  if (header === undefined) return undefined
  if (column === undefined) {
    const names = header.map(plain)
    const places = field.called.map((name) => names.indexOf(name))
    return onlyPlace(path, field, header, names, places.find((place) => place !== -1) ?? -1)
  }
  const place = onlyPlace(path, field, header, header, header.indexOf(column))
  if (place !== undefined) return place
  throw new SourceError(
    path,
    `${field.name} is said to stand in column ${describeValue(column)}, but the header has ${listed(header)}.`,
  )
}

/** The place of a column, if there is one; two of one name are not told apart. */
function onlyPlace(
  path: string,
  { name }: CsvField,
  header: readonly string[],
  names: readonly string[],
  place: number,
): number | undefined {
  if (place === -1) return undefined
  const again = names.indexOf(names[place]!, place + 1)
  if (again === -1) return place
  throw new SourceError(
    path,
    `${name} may be column ${place} or column ${again}, counted from 0: the header has ${listed(header)}. Say { columns: { ${name}: ${place} } }, or whichever it is.`,
  )
}

const found = (place: number, width: number): number | undefined =>
  place === -1 || place >= width ? undefined : place

/** A name of a column without what differs from file to file: `Open Time` and `open_time` are one. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z\d]/g, '')
}

function missing(
  path: string,
  { name, called }: CsvField,
  header: readonly string[] | undefined,
): SourceError {
  return header === undefined
    ? new SourceError(path, `no column is said to hold ${name}. Name it in { columns }.`)
    : new SourceError(
        path,
        `expected a column for ${name} (${called.join(', ')}), but the header has ${listed(header)}. Say { columns: { ${name}: … } }, or list all columns if there is no header.`,
      )
}

function listed(names: readonly string[]): string {
  return names.map((name) => describeValue(name)).join(', ')
}
