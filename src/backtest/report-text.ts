import type { Decimal } from '../events/decimal.ts'

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text that means itself wherever it stands in a page: in an element, or in a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => escapes[character]!)
}

/** JSON that cannot end the script element that it stands in. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c')
}

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
// What is nothing to two places has no sign: `−0.00` is no loss, and `+0.00` no gain.
const twoPlaces = new Intl.NumberFormat('en-US', {
  signDisplay: 'negative',
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
})
const sixDigits = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 6 })
const fourPlaces = new Intl.NumberFormat('en-US', { maximumFractionDigits: 4 })
const priceDigits = new Intl.NumberFormat('en-US', {
  minimumFractionDigits: 2,
  maximumFractionDigits: 4,
})

/** A number of things, with thousands marked. */
export function countText(count: number): string {
  return whole.format(count)
}

/** An amount of money to two places; small ones to six significant digits. No digit passes a double. */
export function moneyText(amount: Decimal): string {
  if (amount.isZero()) return '0.00'
  return (amount.abs().lt('0.1') ? sixDigits : twoPlaces).format(literal(amount)).replace('-', '−')
}

/** An amount of money with the sign that tells gain from loss. */
export function gainText(amount: Decimal): string {
  return amount.gt(0) ? `+${moneyText(amount)}` : moneyText(amount)
}

/** A price: two to four places, or six significant digits below 1. */
export function priceText(price: Decimal): string {
  const small = price.abs().lt(1) && !price.isZero()
  return (small ? sixDigits : priceDigits).format(literal(price)).replace('-', '−')
}

/** A quantity: up to four places, or six significant digits below 1. */
export function quantityText(quantity: Decimal): string {
  return (quantity.abs().lt(1) ? sixDigits : fourPlaces).format(literal(quantity))
}

/** A share as a percentage to two places: 0.1 is `10.00 %`. A dash where there is none. */
export function percentText(share: number | undefined): string {
  return share === undefined ? '–' : `${numberText(100 * share)} %`
}

const nothing = '0.00 %'

/** A percentage with the sign that tells gain from loss. */
export function gainPercentText(share: number | undefined): string {
  const text = percentText(share)
  return share !== undefined && share > 0 && text !== nothing ? `+${text}` : text
}

/** A number to two places. A dash where there is none. */
export function numberText(value: number | undefined): string {
  return value === undefined ? '–' : twoPlaces.format(value).replace('-', '−')
}

/**
 * The day of what ended at a time, `2024-02-29`, in UTC: midnight is the end of the day before. A dash
 * where there is none.
 */
export function dateText(time: number | undefined): string {
  return time === undefined ? '–' : new Date(time - 1).toISOString().slice(0, 10)
}

/** The date and the time of day, to the second, in UTC. A dash where there is none. */
export function timeText(time: number | undefined): string {
  return time === undefined ? '–' : new Date(time).toISOString().slice(0, 19).replace('T', ' ')
}

const units: readonly (readonly [ms: number, unit: string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
]

/** A duration in its two largest units, such as `3 d 4 h`. */
export function durationText(durationMs: number): string {
  const at = units.findIndex(([ms]) => durationMs >= ms)
  if (at === -1) return `${whole.format(durationMs)} ms`
  const [ms, unit] = units[at]!
  const first = `${whole.format(Math.floor(durationMs / ms))} ${unit}`
  const next = units[at + 1]
  const rest = next === undefined ? 0 : Math.floor((durationMs % ms) / next[0])
  return rest === 0 ? first : `${first} ${rest} ${next![1]}`
}

/** What `Intl` reads digit by digit; the types of the compiler do not know plain strings as such. */
function literal(value: Decimal): Intl.StringNumericLiteral {
  return value.toFixed() as Intl.StringNumericLiteral
}
