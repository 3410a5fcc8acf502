/** The longest text that is looked through here; the engine is faster with longer ones. */
const shortText = 64

/** What `JSON.stringify` makes of a string, faster for short ones that need no escapes. */
export function quote(text: string): string {
  if (text.length > shortText) return JSON.stringify(text)
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index)
    // Control characters, the quote, the backslash, and halves of surrogate pairs.
    if (unit < 0x20 || unit === 0x22 || unit === 0x5c || (unit >= 0xd800 && unit <= 0xdfff)) {
      return JSON.stringify(text)
    }
  }
  return `"${text}"`
}

/** What `JSON.stringify` makes of `value`; undefined if it is not written at all. */
export function jsonText(value: unknown): string | undefined {
  if (typeof value === 'string') return quote(value)
  if (typeof value === 'number' && Number.isFinite(value)) return `${value}`
  return JSON.stringify(value)
}
