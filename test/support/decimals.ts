import { type Arbitrary, array, boolean, integer, record } from 'fast-check'

const digit = integer({ min: 0, max: 9 })
const digits = (most: number): Arbitrary<string> =>
  array(digit, { maxLength: most, size: 'max' }).map((list) => list.join(''))

/** Text of decimals with up to 64 digits on either side of the point, in its shortest form. */
export const decimalText: Arbitrary<string> = record({
  negative: boolean(),
  whole: digits(64),
  fraction: digits(64),
}).map(({ negative, whole, fraction }) => {
  const integer = whole.replace(/^0+/, '') || '0'
  const rest = fraction.replace(/0+$/, '')
  const magnitude = rest === '' ? integer : `${integer}.${rest}`
  return negative && magnitude !== '0' ? `-${magnitude}` : magnitude
})
