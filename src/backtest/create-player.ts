import type { Bus } from '../bus/bus.ts'
import type { EventSchemas } from '../events/definition.ts'
import type { TradingSchemas } from '../events/trading-events.ts'
import type { EventMatching } from '../events/types.ts'
import type { EventLog } from '../log/event-log.ts'
import { type PlayerOptions, requirePlayerOptions } from './player-options.ts'
import type { Player } from './player.ts'
import { PlayerRun } from './player-run.ts'
import type { AnySource } from './source-chunks.ts'
import type { Source } from './source.ts'

/**
 * Makes a player, which plays recorded events onto a bus, in their order: a log or a source, as fast as
 * possible or so many times as fast as they were recorded. Events of a log keep their ids, sequence,
 * timestamps and causes.
 *
 * On a bus with a `SimulatedClock` the player moves its time to that of each event. Timers due before fire
 * first, each at its own time; timers of the same time fire after its events; and before time
 * moves, all that an event has led to is done. On a bus with any other clock events keep their recorded timestamps.
 *
 * @throws ConfigurationError `CONFIGURATION` if an option is unknown or out of range, or the source is none.
 * @throws UnknownEventError `EVENT_UNKNOWN` if no event of the bus could match the pattern.
 * @example
 * ```ts
 * const bus = createBus({ clock: new SimulatedClock({ start: Date.UTC(2026, 10, 17) }) })
 * const player = createPlayer(bus, log, { speed: 10 })
 * player.play()
 * await player.finished
 * ```
 */
export function createPlayer<Schemas extends EventSchemas = TradingSchemas>(
  bus: Bus<Schemas>,
  source: EventLog<Schemas> | Source<Schemas>,
  options: PlayerOptions = {},
): Player<EventMatching<Schemas, '*'>> {
  requirePlayerOptions(options)
  // What the types say of events is checked at run time, by the catalog of the bus.
  return new PlayerRun(bus as unknown as Bus, source as AnySource | EventLog, options)
}
