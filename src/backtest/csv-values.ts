import { describeValue } from '../errors/checks.ts'
import { Decimal } from '../events/decimal.ts'
import { decimalAt } from './csv-decimal.ts'
import type { CsvRow } from './csv-row.ts'
import type { CsvSettings } from './csv-options.ts'

const exponent = /^([+-]?(?:\d+\.?\d*|\.\d+))e([+-]?\d{1,3})$/i

/** Reads the numbers of a CSV file as its options say. */
export class NumberReader {
  readonly #exponents: boolean
  readonly #decimalComma: boolean
  /** Digits in groups of three; undefined where they are not grouped. */
  readonly #grouped: RegExp | undefined
  /** Whether numbers are plain, and can be read where they stand. */
  readonly #plain: boolean

  constructor({ decimalComma, thousands, exponents }: CsvSettings) {
    this.#decimalComma = decimalComma
    this.#exponents = exponents
    const separator = decimalComma ? '\\.' : ','
    this.#grouped = thousands
      ? new RegExp(`^[+-]?\\d{1,3}(?:${separator}\\d{3})+(?![\\d${separator}])`)
      : undefined
    this.#plain = !decimalComma && !thousands && !exponents
  }

  /** The number of a field; undefined if it is none. */
  read(row: CsvRow, field: number): Decimal | undefined {
    if (this.#plain) return decimalAt(row.text, row.begins[field]!, row.ends[field]!)
    let text = row.field(field)
    const group = this.#decimalComma ? '.' : ','
    if (this.#grouped?.test(text) === true) text = text.replaceAll(group, '')
    if (this.#decimalComma) {
      if (text.includes('.')) return undefined
      text = text.replace(',', '.')
    }
    const match = this.#exponents ? exponent.exec(text) : null
    if (match === null) return decimalAt(text, 0, text.length)
    const digits = decimalAt(match[1]!, 0, match[1]!.length)!
    return digits.times(new Decimal(10).pow(Number(match[2])))
  }

  /** What is wrong with a field that holds no number. */
  fault(row: CsvRow, field: number): string {
    const example = this.#decimalComma ? '57,638' : '57.638'
    return `expected a number such as ${example}, found ${describeValue(row.field(field))}.`
  }
}
