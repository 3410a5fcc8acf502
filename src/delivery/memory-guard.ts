import { requireFunction, requireInteger, requireNumber, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import { onRejection } from './thenable.ts'
import { laneOf } from './turns.ts'

/** How much memory a process uses, such as `process.memoryUsage()` tells in Node. */
export interface MemoryUse {
  /** What JavaScript objects use, in bytes. */
  readonly heapUsed: number
  /** What the whole process occupies, in bytes. Default: not known, told as `heapUsed`. */
  readonly rss?: number
}

/** What to do when memory runs short. */
export interface MemoryOptions {
  /**
   * From how much of the heap on events of low priority are given up where mailboxes hold them, in
   * bytes, more than 0; from 10 % more on, those of normal priority, too. Events of high and critical
   * priority never are. It ends at 90 % of it.
   */
  readonly thresholdBytes: number
  /** How much is in use, such as `() => process.memoryUsage()`. */
  readonly usage: () => MemoryUse
  /** After how many events for mailboxes it is asked again. A whole number from 1. Default 1,000. */
  readonly checkEvery?: number
}

/** {@link MemoryOptions} with every default filled in and every value checked. */
export type MemorySettings = Required<MemoryOptions>

/** @throws ConfigurationError `CONFIGURATION` if an option is missing, unknown or out of range. */
export function toMemorySettings(options: MemoryOptions): MemorySettings {
  requireOptions('memory', options, ['thresholdBytes', 'usage', 'checkEvery'])
  const { thresholdBytes, usage, checkEvery = 1_000 } = options
  if (!(requireNumber('memory.thresholdBytes', thresholdBytes, 0) > 0)) {
    throw new ConfigurationError('memory.thresholdBytes must be more than 0.')
  }
  requireFunction('memory.usage', usage)
  requireInteger('memory.checkEvery', checkEvery, 1)
  return { thresholdBytes, usage, checkEvery }
}

const normal = laneOf('normal')
const low = laneOf('low')
/** Above every lane: nothing is given up. */
const none = low + 1

/** What a guard does when memory runs short, or shorter. */
export interface MemoryAlarm {
  /** Gives up what waits in a lane, or in a less urgent one, and says so. */
  shed(lane: number, use: MemoryUse): void
  /** `usage` has thrown, or has told no numbers. */
  failed(error: unknown): void
}

/** Watches how much memory is used, and says which events are to be given up. */
export class MemoryGuard {
  readonly #settings: MemorySettings
  readonly #alarm: MemoryAlarm
  /** Events until the next check. */
  #left = 0
  /** The most urgent lane that is given up. */
  #lane = none

  constructor(settings: MemorySettings, alarm: MemoryAlarm) {
    this.#settings = settings
    this.#alarm = alarm
  }

  /** Whether an event of a lane that has just come is to be given up. */
  sheds(lane: number): boolean {
    if (this.#left === 0) this.#check()
    else this.#left -= 1
    return lane >= this.#lane
  }

  #check(): void {
    this.#left = this.#settings.checkEvery - 1
    try {
      const use = this.#settings.usage()
      onRejection(use, () => {})
      const heapUsed = requireNumber('heapUsed of memory.usage()', use.heapUsed, 0)
      const before = this.#lane
      this.#lane = this.#laneAt(heapUsed)
      if (this.#lane < before) this.#alarm.shed(this.#lane, use)
    } catch (error) {
      this.#alarm.failed(error)
    }
  }

  #laneAt(heapUsed: number): number {
    const share = heapUsed / this.#settings.thresholdBytes
    if (share >= 1.1) return normal
    // Once it has begun it goes on for a while, so that it does not come and go.
    if (share >= 1) return Math.min(this.#lane, low)
    return share >= 0.9 ? this.#lane : none
  }
}
