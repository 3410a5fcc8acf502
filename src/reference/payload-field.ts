/** A field of a payload, for a reader. */
export interface PayloadField {
  /** Its name; in an object `fee.amount`, in a list of objects `legs[].price`. */
  readonly path: string
  /** Its type in words, such as `whole number from 0`. */
  readonly type: string
  readonly required: boolean
  /** When it is there at all, such as `kind is 'news'`; undefined if that depends on nothing. */
  readonly condition?: string
  /** What it means, with its unit; empty if nobody has said. */
  readonly meaning: string
  /** Whether it is a field of the payload itself, and a single Decimal. */
  readonly decimal: boolean
}
