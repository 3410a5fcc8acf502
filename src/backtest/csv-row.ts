const blank = 0x20
const tab = 0x09

/** One row of a CSV file: a stretch of text, and where its fields begin and end in it. */
export class CsvRow {
  /** The text that holds it. */
  text = ''
  /** The line that it begins on, from 1. */
  line = 0
  /** How many fields it has. */
  count = 0
  /** Where the fields begin, without the blanks around them. */
  readonly begins: number[] = []
  /** Where they end. */
  readonly ends: number[] = []

  /** Takes plain text, in which no field is quoted. */
  scan(text: string, begin: number, end: number, delimiter: number): void {
    this.text = text
    this.count = 0
    let from = begin
    for (let at = begin; at < end; at += 1) {
      if (text.charCodeAt(at) !== delimiter) continue
      this.#add(from, at)
      from = at + 1
    }
    this.#add(from, end)
  }

  /** Takes fields that were cut already. */
  take(fields: readonly string[]): void {
    this.text = fields.join('')
    this.count = 0
    let from = 0
    for (const field of fields) {
      this.#add(from, from + field.length)
      from += field.length
    }
  }

  /** The text of a field. */
  field(index: number): string {
    return this.text.slice(this.begins[index], this.ends[index])
  }

  /** The texts of all fields. */
  fields(): string[] {
    return Array.from({ length: this.count }, (_, index) => this.field(index))
  }

  /** Whether a field has no text. */
  isEmpty(index: number): boolean {
    return this.begins[index] === this.ends[index]
  }

  #add(begin: number, end: number): void {
    let from = begin
    let to = end
    while (from < to && isBlank(this.text.charCodeAt(from))) from += 1
    while (to > from && isBlank(this.text.charCodeAt(to - 1))) to -= 1
    this.begins[this.count] = from
    this.ends[this.count] = to
    this.count += 1
  }
}

function isBlank(code: number): boolean {
  return code === blank || code === tab
}
