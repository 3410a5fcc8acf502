import type { Clock } from '../time/clock.ts'

/** Options of `close`. */
export interface CloseOptions {
  /**
   * How long handlers and mailboxes may take to finish, on the clock of the bus, in milliseconds from
   * 0. Default: as long as it takes.
   */
  readonly drainMs?: number
}

/** Resolves with `done`, or after `limitMs`, whichever is first. */
export async function within(
  clock: Clock,
  limitMs: number | undefined,
  done: Promise<void>,
): Promise<void> {
  if (limitMs === undefined) {
    await done
    return
  }
  const limit = Promise.withResolvers<void>()
  const timer = clock.setTimer(limitMs, limit.resolve)
  await Promise.race([done, limit.promise])
  timer.cancel()
}
