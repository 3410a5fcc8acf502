import fc from 'fast-check'

const digit = fc.integer({ min: 0, max: 9 })
const digits = (most: number): fc.Arbitrary<string> =>
  fc.array(digit, { maxLength: most, size: 'max' }).map((list) => list.join(''))

/** Text of decimals with up to 64 digits on either side of the point, in its shortest form. */
export const decimalText: fc.Arbitrary<string> = fc
  .record({ negative: fc.boolean(), whole: digits(64), fraction: digits(64) })
  .map(({ negative, whole, fraction }) => {
    const integer = whole.replace(/^0+/, '') || '0'
    const rest = fraction.replace(/0+$/, '')
    const magnitude = rest === '' ? integer : `${integer}.${rest}`
    return negative && magnitude !== '0' ? `-${magnitude}` : magnitude
  })
