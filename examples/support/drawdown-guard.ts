import { type Bus, Decimal, type TradewireEvent } from 'tradewire'

export interface DrawdownLimits {
  /** The equity that it begins with. */
  readonly capital: Decimal
  /** Loss since the highest equity, in percent, at which it warns. */
  readonly warnAtPercent: Decimal
  /** Loss since the highest equity, in percent, at which what is held is to be sold. */
  readonly limitPercent: Decimal
}

/**
 * Watches how far equity has fallen from its highest point, and says so once for each fall. After
 * the limit was exceeded it measures from what is left.
 */
export function startDrawdownGuard(bus: Bus, limits: DrawdownLimits): void {
  const { capital, warnAtPercent, limitPercent } = limits
  let closedPnl = new Decimal(0)
  let peak = capital
  let warned = false

  bus.on('position.closed', ({ data }) => {
    closedPnl = closedPnl.plus(data.realizedPnl)
  })

  bus.on('position.pnl_update', (update) => {
    const { realizedPnl, unrealizedPnl } = update.data
    const equity = capital.plus(closedPnl).plus(realizedPnl).plus(unrealizedPnl)
    if (equity.gte(peak)) {
      peak = equity
      warned = false
      return
    }
    const drawdown = peak.minus(equity).div(peak).times(100).toDecimalPlaces(4)
    if (drawdown.gte(limitPercent)) {
      report('risk.limit_exceeded', drawdown, update)
      peak = equity
      warned = false
    } else if (drawdown.gte(warnAtPercent) && !warned) {
      report('risk.limit_warning', drawdown, update)
      warned = true
    }
  })

  function report(
    type: 'risk.limit_warning' | 'risk.limit_exceeded',
    currentValue: Decimal,
    cause: TradewireEvent,
  ): void {
    bus.emitSync(
      type,
      {
        timestamp: bus.clock.now(),
        limit: 'drawdown',
        limitValue: limitPercent,
        currentValue,
        unit: '%',
        action: type === 'risk.limit_exceeded' ? 'reduce' : 'none',
      },
      { cause, source: 'drawdown-guard' },
    )
  }
}
