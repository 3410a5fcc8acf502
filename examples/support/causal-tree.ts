import type { TradingEvent } from 'tradewire'

/**
 * The events that followed from `root`, one line each: an event stands below the one whose id is
 * its `causationId`.
 */
export function causalTree(root: TradingEvent, events: readonly TradingEvent[]): string[] {
  const chain = events.filter(({ correlationId }) => correlationId === root.correlationId)
  return branch(root, chain, 0)
}

function branch(event: TradingEvent, chain: readonly TradingEvent[], depth: number): string[] {
  const time = new Date(event.timestamp).toISOString().slice(0, 16).replace('T', ' ')
  const name = depth === 0 ? event.type : `${'  '.repeat(depth - 1)}└ ${event.type}`
  const followers = chain.filter(({ causationId }) => causationId === event.id)
  return [
    `${time}  ${name.padEnd(30)} ${describe(event)}`.trimEnd(),
    ...followers.flatMap((follower) => branch(follower, chain, depth + 1)),
  ]
}

/** What matters of an event in a few words. `event.type` tells the compiler what `data` holds. */
function describe(event: TradingEvent): string {
  switch (event.type) {
    case 'market.new_bar':
      return `close ${event.data.close.toFixed(2)}`
    case 'order.submitted':
      return `${event.data.side} ${event.data.quantity.toFixed()}, ${event.data.orderType}`
    case 'order.placed':
      return `accepted by ${event.data.venue}`
    case 'order.filled':
      return `${event.data.lastQuantity.toFixed()} at ${event.data.lastPrice.toFixed(2)}`
    case 'position.opened':
      return `${event.data.side} ${event.data.quantity.toFixed()}`
    case 'position.pnl_update':
      return `unrealized ${event.data.unrealizedPnl.toFixed(2)}`
    case 'position.closed':
      return `realized ${event.data.realizedPnl.toFixed(2)}`
    case 'risk.limit_warning':
    case 'risk.limit_exceeded':
      return `${event.data.limit} ${event.data.currentValue.toFixed(2)} ${event.data.unit}`
    default:
      return ''
  }
}
