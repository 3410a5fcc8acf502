/** What the reference throws and rejects with: an error of which only the code matters. */
export class CodedError extends Error {
  readonly code: string

  constructor(code: string) {
    super(code)
    this.code = code
  }
}

/** Every type that programs emit and that exists. */
const types = [
  'order.placed',
  'order.filled',
  'market.trade',
  'system.error',
  'action.buy.start',
  'action.sell.start',
]

const remembered = new Map<string, boolean>()

/** Whether a subscription to `pattern` hears events of `type`. */
export function covers(pattern: string, type: string): boolean {
  const key = `${pattern} ${type}`
  let answer = remembered.get(key)
  if (answer === undefined) {
    answer = compare(pattern, type)
    remembered.set(key, answer)
  }
  return answer
}

function compare(pattern: string, type: string): boolean {
  if (pattern === '*') return true
  const wanted = pattern.split('.')
  const tokens = type.split('.')
  const open = wanted.at(-1) === '**'
  if (open ? tokens.length < wanted.length : tokens.length !== wanted.length) return false
  if (open) wanted.pop()
  return wanted.every((token, index) => token === '*' || token === tokens[index])
}

/** The name in the catalog that `type` belongs to. */
export function nameOf(type: string): string {
  return type.startsWith('action.') ? 'action.{name}.start' : type
}

/** Throws as a bus does at a pattern, or type, that covers nothing. */
export function requireKnown(pattern: string): void {
  if (!types.some((type) => covers(pattern, type))) throw new CodedError('EVENT_UNKNOWN')
}
