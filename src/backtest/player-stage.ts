import { replayOnto } from '../bus/backstage.ts'
import type { Bus } from '../bus/bus.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { EventMetadata, TradewireEvent } from '../events/envelope.ts'
import type { SimulatedClock } from '../time/simulated-clock.ts'
import { Settling } from './settling.ts'
import type { TimedPayload } from './source.ts'

/** An emission whose type the compiler does not know: the bus checks it. */
type Emit = (
  type: string,
  data: object,
  options: {
    readonly source?: string
    readonly metadata?: EventMetadata
    readonly timestamp: number
  },
) => TradewireEvent

/** The bus that a player plays on, and its time. */
export class PlayerStage {
  readonly #bus: Bus
  readonly #emit: Emit
  readonly #keepsIdentity: boolean
  /** The clock of the bus, if its time can be moved. */
  readonly #clock: SimulatedClock | undefined
  readonly #settling: Settling

  constructor(bus: Bus, keepsIdentity: boolean, signal: AbortSignal) {
    this.#bus = bus
    this.#emit = (bus.emitSync as unknown as Emit).bind(bus)
    this.#keepsIdentity = keepsIdentity
    this.#clock = simulated(bus.clock)
    this.#settling = new Settling(bus, this.#clock, { signal })
  }

  /** Whether the time of the bus is the player's to move. */
  get movesTime(): boolean {
    return this.#clock !== undefined
  }

  /** When the next timer on the bus's time is due; undefined without one, or if that time moves by itself. */
  get nextTimerAt(): number | undefined {
    return this.#clock?.nextTimerAt
  }

  /** Moves time on, past the timers that are due before; undefined if that is done already. */
  moveTo(time: number): Promise<void> | undefined {
    const clock = this.#clock
    if (clock === undefined || time <= clock.now() || clock.skipTo(time)) return undefined
    return clock.advanceBefore(time, this.#settling.settleFully)
  }

  /** Moves time on, past the timers of that time, too. Whoever knows of a timer has a time to move. */
  async passTo(time: number): Promise<void> {
    const clock = this.#clock!
    await this.moveTo(time)
    await clock.advanceTo(Math.max(time, clock.now()))
    await this.#settling.settleFully()
  }

  /** Lets what runs now come to rest. */
  async begin(): Promise<void> {
    if (this.#clock !== undefined) await this.#settling.settleFully()
  }

  /** Fires the timers of the time that the bus stands at, and lets them come to rest. */
  async end(): Promise<void> {
    const clock = this.#clock
    if (clock === undefined) return
    await this.passTo(clock.now())
  }

  /**
   * Puts an event on the bus.
   *
   * @throws ConfigurationError `CONFIGURATION` if the time of the bus is past it.
   * @throws what an emission throws.
   */
  play(item: TimedPayload, time: number): TradewireEvent {
    const now = this.#clock?.now()
    if (now !== undefined && time < now) {
      throw new ConfigurationError(
        `The clock of the bus stands at ${now}, and the next event is of ${time}, before that. Start the clock at the time of the first event, and let the player alone move it.`,
      )
    }
    const { recorded, type, data, source, metadata } = item
    if (recorded !== undefined && this.#keepsIdentity) return replayOnto(this.#bus, recorded)
    return this.#emit(type, data, {
      timestamp: time,
      ...(source !== undefined && { source }),
      ...(metadata !== undefined && { metadata }),
    })
  }

  /** Undefined if all that was played is done, else what resolves once it is. */
  settle(): Promise<void> | undefined {
    return this.#settling.settle()
  }
}

/** Not `instanceof`: the clock may come from another copy of this package. */
function simulated(clock: unknown): SimulatedClock | undefined {
  const { skipTo, advanceBefore } = clock as Partial<SimulatedClock>
  const moves = typeof skipTo === 'function' && typeof advanceBefore === 'function'
  return moves ? (clock as SimulatedClock) : undefined
}
