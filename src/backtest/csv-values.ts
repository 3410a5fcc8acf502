import { describeValue } from '../errors/checks.ts'
import { Decimal } from '../events/decimal.ts'
import { decimalAt } from './csv-decimal.ts'
import type { CsvRow } from './csv-row.ts'
import type { CsvSettings } from './csv-options.ts'

const exponent = /^([+-]?(?:\d+\.?\d*|\.\d+))e([+-]?\d{1,3})$/i

/** How numbers are written, by the options that say it. */
type Notation = Pick<CsvSettings, 'decimalComma' | 'thousands' | 'exponents'>

/** Reads the numbers of a CSV file as its options say. */
export class NumberReader {
  readonly notation: Notation
  /** Digits in groups of three; undefined where they are not grouped. */
  readonly #grouped: RegExp | undefined
  /** Whether numbers are plain, and can be read where they stand. */
  readonly #plain: boolean

  constructor(notation: Notation) {
    this.notation = notation
    const { decimalComma, thousands, exponents } = notation
    const separator = decimalComma ? '\\.' : ','
    this.#grouped = thousands
      ? new RegExp(`^[+-]?\\d{1,3}(?:${separator}\\d{3})+(?![\\d${separator}])`)
      : undefined
    this.#plain = !decimalComma && !thousands && !exponents
  }

  /** The number of a field; undefined if it is none. */
  read(row: CsvRow, field: number): Decimal | undefined {
    if (this.#plain) return decimalAt(row.text, row.begins[field]!, row.ends[field]!)
    return this.of(row.field(field))
  }

  /** The number that a text is; undefined if it is none. */
  of(given: string): Decimal | undefined {
    const { decimalComma, exponents } = this.notation
    let text = given
    if (this.#grouped?.test(text) === true) text = text.replaceAll(decimalComma ? '.' : ',', '')
    if (decimalComma) {
      if (text.includes('.')) return undefined
      text = text.replace(',', '.')
    }
    const match = exponents ? exponent.exec(text) : null
    if (match === null) return decimalAt(text, 0, text.length)
    const digits = decimalAt(match[1]!, 0, match[1]!.length)!
    return digits.times(new Decimal(10).pow(Number(match[2])))
  }

  /** What is wrong with a field that holds no number. */
  fault(row: CsvRow, field: number): string {
    const text = row.field(field)
    const example = this.notation.decimalComma ? '57,638' : '57.638'
    return `expected a number such as ${example}, found ${describeValue(text)}.${remedyFor(text, this.notation)}`
  }
}

/**
 * Why prices are none that are 0.
 *
 * @param prices what was expected, such as `a price`, and how many are 0, if not that one.
 */
export function zeroFault(prices: string, which = ''): string {
  return `expected ${prices}, found 0${which}, which files have where there is no price. Give { zeroPrices: true } if prices of 0 are real.`
}

const options = ['decimalComma', 'thousands', 'exponents'] as const

const readers = Array.from(
  { length: 2 ** options.length },
  (_, index) =>
    new NumberReader({
      decimalComma: (index & 1) > 0,
      thousands: (index & 2) > 0,
      exponents: (index & 4) > 0,
    }),
)

/** The fewest other options by which the text would be a number, as a sentence; '' if there are none. */
function remedyFor(text: string, given: Notation): string {
  const remedies = readers
    .filter((reader) => reader.of(text) !== undefined)
    .map(({ notation }) => options.filter((name) => notation[name] !== given[name]))
  const fewest = Math.min(...remedies.map(({ length }) => length))
  const sayings = remedies
    .filter(({ length }) => length === fewest)
    .map((names) => `{ ${names.map((name) => `${name}: ${!given[name]}`).join(', ')} }`)
  if (sayings.length === 0) return ''
  const choice = sayings.length > 1 ? ', whichever is right' : ''
  return ` Give ${sayings.join(' or ')} to read it${choice}.`
}
