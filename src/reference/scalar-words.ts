import type { Schema } from './schema.ts'

/** A constant as TypeScript has it: text in single quotes. */
export function literalWords(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value)
  const text = JSON.stringify(value).slice(1, -1)
  return `'${text.replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
}

/** What text may be. */
export function textWords({ format, pattern, allOf, minLength, maxLength }: Schema): string {
  const length = lengthWords(minLength as number | undefined, maxLength as number | undefined)
  if (typeof format === 'string') return `text (${format})${length}`
  const patterns = [pattern, ...partsOf(allOf, 'pattern')].filter((one) => typeof one === 'string')
  if (patterns.length === 0) return `text${length}`
  const matches = `matches ${patterns.join(' and ')}`
  return length === notEmpty ? `text${notEmpty} and ${matches}` : `text${length} that ${matches}`
}

const notEmpty = ' that is not empty'

function lengthWords(least = 0, most?: number): string {
  if (most !== undefined) {
    if (least === most) return ` of ${characters(most)}`
    return least === 0
      ? ` of at most ${characters(most)}`
      : ` of ${counted(least)} to ${characters(most)}`
  }
  if (least === 0) return ''
  return least === 1 ? notEmpty : ` of at least ${characters(least)}`
}

const characters = (count: number): string =>
  `${counted(count)} ${count === 1 ? 'character' : 'characters'}`

/** How large a number may be, and of what it is a multiple: nothing, or words that begin with a space. */
export function rangeWords(schema: Schema): string {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, allOf } = schema
  const from = limit(minimum, 'from') + limit(exclusiveMinimum, 'above')
  const to = limit(maximum, from === '' ? 'up to' : 'to') + limit(exclusiveMaximum, 'below')
  const units = [multipleOf, ...partsOf(allOf, 'multipleOf')].filter(
    (one) => typeof one === 'number',
  )
  const multiple = units.map((unit) => `of ${counted(unit)}`).join(' and ')
  return `${from}${to}${multiple === '' ? '' : ` (multiple ${multiple})`}`
}

/** Limits of kinds of numbers themselves: not worth a word. */
const ends = new Set([Number.MAX_SAFE_INTEGER, 3.4028234663852886e38, Number.MAX_VALUE])

function limit(value: unknown, word: string): string {
  return typeof value !== 'number' || ends.has(Math.abs(value)) ? '' : ` ${word} ${counted(value)}`
}

/** A number with all of its digits. */
export function counted(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 100 })
}

/** What else has to hold at the same time, of one keyword. */
function partsOf(allOf: unknown, keyword: string): readonly unknown[] {
  return ((allOf ?? []) as readonly Schema[]).map((part) => part[keyword])
}
