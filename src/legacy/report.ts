import type { LegacyName } from './types.ts'

/** How often legacy code has used one name that stands for an event of the catalog. */
export interface LegacyNameUse {
  /** The name as legacy code spells it. */
  readonly name: string
  /** The event type that it stands for. */
  readonly type: string
  /** Emissions under this name that the bus has accepted. */
  readonly emitted: number
  /** Emissions under this name that were refused, most often for their payload. */
  readonly refused: number
  /** Why and when the last of them was refused; absent while none was. */
  readonly lastRefusal?: {
    /** What the error says, in at most 1,000 characters. */
    readonly message: string
    /** By the clock of the bus, in milliseconds since the Unix epoch. */
    readonly at: number
  }
  /** Listeners under this name, now. */
  readonly listeners: number
}

/**
 * How often legacy code has used one name that stands for no event of the catalog, or that `mapping`
 * has with false.
 */
export interface UnknownNameUse {
  /** The name, as legacy code spells it. */
  readonly name: LegacyName
  /** Emissions under this name. */
  readonly emitted: number
  /** Listeners under this name, now. */
  readonly listeners: number
}

/** How something divides between legacy code and typed code. */
export interface LegacyShare {
  /** How many are of the legacy side. */
  readonly legacy: number
  /** How many are of the typed side. */
  readonly typed: number
  /** `legacy` of both together, from 0 to 1; 0 where there are none yet, which says nothing. */
  readonly legacyShare: number
}

/** How far a migration is: it has come to its end once both lists stay empty over a run. */
export interface LegacyReport {
  /** Names of the catalog that legacy code has used, in order of first use. */
  readonly names: readonly LegacyNameUse[]
  /** Names that only legacy code knows, in order of first use: candidates for the catalog. */
  readonly unknown: readonly UnknownNameUse[]
  /** Emissions, refused ones too, of names in neither list, because it holds 1,000 others. */
  readonly unlisted: number
  /** Events on the bus since the adapter was made, without what adapter and bus report themselves. */
  readonly emitted: LegacyShare
  /** Whoever hears events of the bus now: legacy listeners, and all that is on the typed side. */
  readonly subscriptions: LegacyShare
}

/** How many names of a kind are listed. */
const mostNames = 1_000

/** In characters. */
const longestReason = 1_000

/** Counts of one name. */
interface NameCount {
  emitted: number
  refused: number
  lastRefusal: LegacyNameUse['lastRefusal']
}

/** Counts by name, with a bound: legacy code may make names up as it goes (`reply:1042`). */
export class NameCounts {
  readonly #counts = new Map<LegacyName, NameCount>()
  /** Emissions of names that found no place. */
  unlisted = 0

  /** Lists a name. Returns whether it was not listed before, and is now. */
  meet(name: LegacyName): boolean {
    if (this.#counts.has(name) || this.#counts.size >= mostNames) return false
    this.#counts.set(name, { emitted: 0, refused: 0, lastRefusal: undefined })
    return true
  }

  /** Counts an emission. */
  emitted(name: LegacyName): void {
    const count = this.#counts.get(name)
    if (count === undefined) this.unlisted += 1
    else count.emitted += 1
  }

  /** Turns an emission that was counted into a refused one. */
  refused(name: LegacyName, reason: string, at: number): void {
    const count = this.#counts.get(name)
    if (count === undefined) return
    count.emitted -= 1
    count.refused += 1
    count.lastRefusal = { message: reason.slice(0, longestReason), at }
  }

  /** Names with their counts, in order of first use. */
  entries(): readonly (readonly [LegacyName, Readonly<NameCount>])[] {
    return [...this.#counts]
  }
}

/** Divides between both sides. */
export function shareOf(legacy: number, typed: number): LegacyShare {
  const all = legacy + typed
  return { legacy, typed, legacyShare: all === 0 ? 0 : legacy / all }
}
