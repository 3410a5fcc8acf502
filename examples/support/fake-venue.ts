import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'

/** `[price, size]`, as venues write them. */
export type Level = readonly [price: string, size: string]

/** What the venue sends. */
export type VenueMessage =
  | {
      readonly kind: 'snapshot' | 'delta'
      readonly sequence: number
      readonly previousSequence?: number
      readonly bids: readonly Level[]
      readonly asks: readonly Level[]
    }
  | { readonly kind: 'end' }

/** A venue on this machine. */
export interface FakeVenue {
  readonly url: string
  /** The best levels first, as they are now. */
  readonly bids: readonly Level[]
  readonly asks: readonly Level[]
  close(): Promise<void>
}

/** Which update its client never gets, and before which it drops its client, each counted from 1. */
export interface Faults {
  readonly loses: number
  readonly drops: number
}

const stepMs = 2
const sides = { bids: -1, asks: 1 } as const

/** Five levels on each side of a price, half a point apart. */
function levelsAround(price: number, side: keyof typeof sides): Level[] {
  return [1, 2, 3, 4, 5].map((step) => [
    (price + sides[side] * step * 0.5).toFixed(2),
    String(10 * step),
  ])
}

/** What turns one side into another: levels that are gone have size 0. */
function changes(before: readonly Level[], after: readonly Level[]): Level[] {
  const stay = new Set(after.map(([price]) => price))
  const gone = before.filter(([price]) => !stay.has(price))
  return [...gone.map(([price]): Level => [price, '0']), ...after]
}

/**
 * A WebSocket server that plays a book around a list of prices. Who sends it anything gets a snapshot, and
 * updates from then on. It begins with its first client, and does not wait for one that it has dropped.
 */
export async function startVenue(prices: readonly number[], faults: Faults): Promise<FakeVenue> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await new Promise((resolve) => server.once('listening', resolve))
  const subscribers = new Set<WebSocket>()
  const book = { bids: levelsAround(prices[0]!, 'bids'), asks: levelsAround(prices[0]!, 'asks') }
  let sequence = 1
  let playing: NodeJS.Timeout | undefined

  const send = (message: VenueMessage): void => {
    for (const client of subscribers) client.send(JSON.stringify(message))
  }
  const step = (): void => {
    const price = prices[sequence]
    if (price === undefined) {
      clearInterval(playing)
      send({ kind: 'end' })
      return
    }
    const [bids, asks] = [levelsAround(price, 'bids'), levelsAround(price, 'asks')]
    const delta = { bids: changes(book.bids, bids), asks: changes(book.asks, asks) }
    Object.assign(book, { bids, asks })
    sequence += 1
    if (sequence === faults.drops) for (const client of subscribers) client.terminate()
    if (sequence === faults.loses) return
    send({ kind: 'delta', sequence, previousSequence: sequence - 1, ...delta })
  }
  server.on('connection', (client) => {
    client.on('message', () => {
      client.send(JSON.stringify({ kind: 'snapshot', sequence, ...book }))
      subscribers.add(client)
      playing ??= setInterval(step, stepMs)
    })
    client.on('close', () => subscribers.delete(client))
  })
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get bids() {
      return book.bids
    },
    get asks() {
      return book.asks
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
