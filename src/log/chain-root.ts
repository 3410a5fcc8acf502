import type { EncodedEvent } from '../events/encoding.ts'
import type { LogStore, PageQuery } from './store.ts'

/** An id, as a bus makes it: `<run>-<sequence>`. */
const idPattern = /^(.*)-(\d+)$/s

interface Place {
  readonly position: number
  readonly run: string
  readonly sequence: number
}

/**
 * Where the event with an id stands, found by halves: the events of one run stand in the order of their
 * sequence. Undefined where that does not lead to it: events of several runs may stand among each other,
 * and ids may be of another form.
 *
 * @param near the position of an event of the same run, above the one that is looked for.
 * @param low the lowest position to look at.
 */
export async function guessPosition(
  store: LogStore,
  id: string,
  near: number,
  low: number,
): Promise<number | undefined> {
  const [, run, digits] = idPattern.exec(id) ?? []
  const above = await placeFrom(store, near, near)
  if (run === undefined || above?.run !== run) return undefined
  const sequence = Number(digits)
  // Of one run, no more events can stand between two than their sequences say.
  let first = Math.max(low, above.position - (above.sequence - sequence))
  let last = above.position
  while (first <= last) {
    const middle = Math.floor((first + last) / 2)
    const place = await placeFrom(store, middle, last)
    if (place === undefined) last = middle - 1
    else if (place.run !== run) return undefined
    else if (place.sequence === sequence) return place.position
    else if (place.sequence < sequence) first = place.position + 1
    else last = middle - 1
  }
  return undefined
}

/** The first event from one position to another, if there is one. */
async function placeFrom(
  store: LogStore,
  from: number,
  through: number,
): Promise<Place | undefined> {
  const query: PageQuery = {
    after: from - 1,
    order: 'forward',
    through,
    limit: 1,
    patterns: undefined,
    since: undefined,
    until: undefined,
    source: undefined,
    correlationId: undefined,
  }
  const { positions, texts } = await store.page(query)
  if (positions.length === 0) return undefined
  const { id } = JSON.parse(texts[0]!) as EncodedEvent
  const [, run = '', sequence = ''] = idPattern.exec(id) ?? []
  return { position: positions[0]!, run, sequence: Number(sequence) }
}
