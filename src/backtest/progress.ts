import type { Clock } from '../time/clock.ts'

/** How far a run has come. */
export interface RunProgress {
  /** How many events of its sources it has played. */
  readonly events: number
  /** The time that it has come to, in milliseconds since the Unix epoch. */
  readonly time: number
  /** How much of the data it has played, from 0 to 1; absent where the sources cannot tell. */
  readonly fraction?: number
  /** Events of the sources in a second of real time, since the start. */
  readonly eventsPerSecond: number
  /** How long it will take yet, in milliseconds of real time; absent where the sources cannot tell. */
  readonly remainingMs?: number
}

/** A terminal, or what is no terminal. */
export interface ProgressStream {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

/** How often it is told at most, in milliseconds of real time. */
const everyMs = 100

/** Tells how far a run has come, ten times a second at most. */
export class ProgressMeter {
  readonly #clock: Clock
  readonly #tell: (progress: RunProgress) => void
  readonly #startedAt: number
  #toldAt: number

  /** @param clock a live one. */
  constructor(clock: Clock, tell: (progress: RunProgress) => void) {
    this.#clock = clock
    this.#tell = tell
    this.#startedAt = clock.monotonic()
    this.#toldAt = this.#startedAt
  }

  /** Tells, unless it told just now. */
  tick(events: number, time: number, fraction: number | undefined): void {
    const now = this.#clock.monotonic()
    if (now - this.#toldAt < everyMs) return
    this.#toldAt = now
    this.tell(events, time, fraction)
  }

  /** Tells in any case. */
  tell(events: number, time: number, fraction: number | undefined): void {
    const elapsedMs = this.#clock.monotonic() - this.#startedAt
    const eventsPerSecond = elapsedMs === 0 ? 0 : (events / elapsedMs) * 1_000
    this.#tell({
      events,
      time,
      eventsPerSecond,
      ...(fraction !== undefined && { fraction }),
      ...(fraction !== undefined &&
        fraction > 0 && { remainingMs: (elapsedMs * (1 - fraction)) / fraction }),
    })
  }
}

/** A bar with rate and remaining time in one line of a terminal; nothing where there is no terminal. */
export class ProgressBar {
  readonly #stream: ProgressStream
  #drawn = false

  constructor(stream: ProgressStream) {
    this.#stream = stream
  }

  readonly draw = (progress: RunProgress): void => {
    if (this.#stream.isTTY !== true) return
    this.#drawn = true
    this.#stream.write(`\r\u001b[K${progressText(progress, this.#stream.columns ?? 80)}`)
  }

  /** Writes a line that stays, terminal or not. */
  note(text: string): void {
    this.clear()
    this.#stream.write(`${text}\n`)
  }

  /** Removes the line. */
  clear(): void {
    if (this.#drawn) this.#stream.write('\r\u001b[K')
    this.#drawn = false
  }
}

const barWidth = 24

/** One line of at most `width` - 1 characters. */
export function progressText(progress: RunProgress, width: number): string {
  const { events, time, fraction, eventsPerSecond, remainingMs } = progress
  const parts = [
    new Date(time).toISOString().slice(0, 16).replace('T', ' '),
    `${grouped(events)} events`,
    `${grouped(Math.round(eventsPerSecond))}/s`,
  ]
  if (fraction !== undefined) {
    const full = Math.round(fraction * barWidth)
    const percent = String(Math.floor(fraction * 100)).padStart(3)
    parts.unshift(`${'█'.repeat(full)}${'░'.repeat(barWidth - full)} ${percent} %`)
  }
  if (remainingMs !== undefined) parts.push(`${duration(remainingMs)} left`)
  return parts.join('  ').slice(0, Math.max(0, width - 1))
}

/** `2:05`, or `1:02:05` from an hour on. */
function duration(ms: number): string {
  const seconds = Math.ceil(ms / 1_000)
  const clock = [Math.floor(seconds / 60) % 60, seconds % 60]
  const hours = Math.floor(seconds / 3_600)
  if (hours > 0) clock.unshift(hours)
  const [first, ...rest] = clock
  return [first, ...rest.map((part) => String(part).padStart(2, '0'))].join(':')
}

function grouped(count: number): string {
  return count.toLocaleString('en-US')
}
