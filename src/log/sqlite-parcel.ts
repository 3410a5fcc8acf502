import type { StoredEvent } from './store.ts'

/**
 * Events on their way to another thread, as few large values: a copy of a thousand objects takes longer
 * than to write them to the disk.
 */
export interface EventParcel {
  /** Types and sources that occur, each once. */
  readonly names: readonly string[]
  /** For each event the indexes of its type and its source in `names`. */
  readonly indexes: Uint32Array
  readonly timestamps: Float64Array
  /** The texts, one after the other. */
  readonly text: string
  /** The length of each text. */
  readonly lengths: Uint32Array
  /** Undefined where no event has one. */
  readonly correlationIds: readonly (string | undefined)[] | undefined
  readonly secrets: readonly (string | undefined)[] | undefined
  readonly positions: readonly (number | undefined)[] | undefined
}

export function toParcel(events: readonly StoredEvent[]): EventParcel {
  const size = events.length
  const numbers = new Map<string, number>()
  const numberOf = (name: string): number => {
    const known = numbers.get(name)
    if (known !== undefined) return known
    numbers.set(name, numbers.size)
    return numbers.size - 1
  }
  const indexes = new Uint32Array(2 * size)
  const timestamps = new Float64Array(size)
  const lengths = new Uint32Array(size)
  for (let index = 0; index < size; index += 1) {
    const { type, source, timestamp, text } = events[index]!
    indexes[2 * index] = numberOf(type)
    indexes[2 * index + 1] = numberOf(source)
    timestamps[index] = timestamp
    lengths[index] = text.length
  }
  return {
    names: [...numbers.keys()],
    indexes,
    timestamps,
    text: events.map(({ text }) => text).join(''),
    lengths,
    correlationIds: columnOf(events, ({ correlationId }) => correlationId),
    secrets: columnOf(events, ({ secret }) => secret),
    positions: columnOf(events, ({ position }) => position),
  }
}

export function fromParcel(parcel: EventParcel): StoredEvent[] {
  const { names, indexes, timestamps, text, lengths, correlationIds, secrets, positions } = parcel
  const events: StoredEvent[] = []
  let end = 0
  for (let index = 0; index < timestamps.length; index += 1) {
    const begin = end
    end += lengths[index]!
    const position = positions?.[index]
    const event = {
      type: names[indexes[2 * index]!]!,
      timestamp: timestamps[index]!,
      source: names[indexes[2 * index + 1]!]!,
      correlationId: correlationIds?.[index],
      text: text.slice(begin, end),
      secret: secrets?.[index],
    }
    events.push(position === undefined ? event : { ...event, position })
  }
  return events
}

function columnOf<Cell>(
  events: readonly StoredEvent[],
  cellOf: (event: StoredEvent) => Cell | undefined,
): readonly (Cell | undefined)[] | undefined {
  return events.some((event) => cellOf(event) !== undefined) ? events.map(cellOf) : undefined
}
