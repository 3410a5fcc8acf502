import type { MemoryUse } from '../delivery/memory-guard.ts'
import { describeValue, requireFunction, requireNumber, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { EventLoopDelay } from '../time/event-loop-delay.ts'
import type { HysteresisSettings } from './hysteresis.ts'

/** From which use of memory on a health monitor warns. */
export interface HealthMemoryOptions {
  /** From how much of the heap on, in bytes, more than 0. Default: never. */
  readonly heapUsedBytes?: number
  /** From how much that the whole process occupies on, in bytes, more than 0. Default: never. */
  readonly rssBytes?: number
  /**
   * How much is in use. Default `process.memoryUsage()`; must be given where there is none, as in a
   * browser, and on a deterministic clock, where a run would differ from the one before.
   */
  readonly usage?: () => MemoryUse
}

/** From which delay of the event loop on a health monitor warns. */
export interface LoopDelayOptions {
  /** In milliseconds, more than 0. Default 100. */
  readonly thresholdMs?: number
  /** What measures it. Default `perf_hooks` of Node; it is closed with the monitor. */
  readonly delay?: EventLoopDelay
}

/** Options of `healthMonitor`. */
export interface HealthMonitorOptions {
  /** How often it looks, in milliseconds on the clock of the bus, more than 0. Default 1,000. */
  readonly intervalMs?: number
  /**
   * From which share of its threshold down a warning is over, so that a value which swings around the
   * threshold is warned of once: more than 0, at most 1. Default 0.8.
   */
  readonly clearAt?: number
  /**
   * The least time between two warnings of the same thing, in milliseconds, from 0. What is raised again
   * earlier is told then, if it still stands. Default 60,000.
   */
  readonly repeatMs?: number
  /** Who emits the warnings. Default `health-monitor`. */
  readonly source?: string
  /** From which use of memory on to warn. Default: never. */
  readonly memory?: HealthMemoryOptions
  /**
   * From which delay of the event loop on to warn; false: never. On a deterministic clock, and where the
   * platform cannot measure it, it is off unless `delay` is given. Default on.
   */
  readonly loopDelay?: LoopDelayOptions | false
  /**
   * From which duration of a handler on to warn, by the 99th percentile of all its calls that were
   * measured (see `stats.handlerDurationMs`), in milliseconds, more than 0; false: never. Default 100.
   */
  readonly handlerMs?: number | false
  /** From which share of a rate limit on to warn: more than 0, at most 1. Default 0.8. */
  readonly rateLimitAt?: number
}

/** {@link HealthMonitorOptions} with every default filled in and every value checked. */
export interface HealthSettings extends HysteresisSettings {
  readonly intervalMs: number
  readonly source: string
  readonly memory: HealthMemoryOptions | undefined
  readonly loopDelay: LoopDelayOptions | false
  readonly handlerMs: number | false
  readonly rateLimitAt: number
}

const optionNames = [
  'intervalMs',
  'clearAt',
  'repeatMs',
  'source',
  'memory',
  'loopDelay',
  'handlerMs',
  'rateLimitAt',
] as const

/** @throws ConfigurationError `CONFIGURATION` if an option is unknown or out of range. */
export function toHealthSettings(options: HealthMonitorOptions): HealthSettings {
  requireOptions('healthMonitor', options, optionNames)
  const { intervalMs = 1_000, clearAt = 0.8, repeatMs = 60_000 } = options
  const { source = 'health-monitor', memory, loopDelay = {} } = options
  const { handlerMs = 100, rateLimitAt = 0.8 } = options
  requireNumber('repeatMs', repeatMs, 0)
  return {
    intervalMs: requirePositive('intervalMs', intervalMs),
    clearAt: requireShare('clearAt', clearAt),
    repeatMs,
    source: requireLabel('source', source),
    memory: memory === undefined ? undefined : checkedMemory(memory),
    loopDelay: loopDelay === false ? false : checkedLoopDelay(loopDelay),
    handlerMs: handlerMs === false ? false : requirePositive('handlerMs', handlerMs),
    rateLimitAt: requireShare('rateLimitAt', rateLimitAt),
  }
}

function checkedMemory(memory: HealthMemoryOptions): HealthMemoryOptions {
  requireOptions('memory', memory, ['heapUsedBytes', 'rssBytes', 'usage'])
  const { heapUsedBytes, rssBytes, usage } = memory
  if (heapUsedBytes === undefined && rssBytes === undefined) {
    throw new ConfigurationError('memory needs heapUsedBytes, rssBytes, or both.')
  }
  if (heapUsedBytes !== undefined) requirePositive('memory.heapUsedBytes', heapUsedBytes)
  if (rssBytes !== undefined) requirePositive('memory.rssBytes', rssBytes)
  if (usage !== undefined) requireFunction('memory.usage', usage)
  return memory
}

function checkedLoopDelay(loopDelay: LoopDelayOptions): LoopDelayOptions {
  requireOptions('loopDelay', loopDelay, ['thresholdMs', 'delay'])
  const { thresholdMs, delay } = loopDelay
  if (thresholdMs !== undefined) requirePositive('loopDelay.thresholdMs', thresholdMs)
  if (delay !== undefined) {
    const { p99, close } = Object(delay) as Partial<EventLoopDelay>
    requireFunction('loopDelay.delay.p99', p99)
    requireFunction('loopDelay.delay.close', close)
  }
  return loopDelay
}

/** Throws `CONFIGURATION` unless `value` is a finite number of more than 0. */
export function requirePositive(name: string, value: unknown): number {
  if (requireNumber(name, value, 0) > 0) return value as number
  throw new ConfigurationError(`${name} must be more than 0.`)
}

function requireShare(name: string, value: unknown): number {
  if (requirePositive(name, value) <= 1) return value as number
  throw new ConfigurationError(`${name} must be at most 1, but is ${describeValue(value)}.`)
}

/** Throws `CONFIGURATION` unless `value` is a string of 1 to 256 characters, as events may hold it. */
export function requireLabel(name: string, value: unknown): string {
  if (typeof value === 'string' && value !== '' && value.length <= 256) return value
  throw new ConfigurationError(
    `${name} must be a string of 1 to 256 characters, but is ${describeValue(value)}.`,
  )
}
