/** Tells how late timers are because the event loop of the process is busy. */
export interface EventLoopDelay {
  /**
   * The 99th percentile of the delays since it was asked last, in milliseconds, from 0. Delays are
   * measured every 10 ms, so in less than a second it is the longest of them.
   */
  p99(): number
  /** Stops to measure. */
  close(): void
}

/** The part of `perf_hooks` of Node that is used. */
interface PerfHooks {
  monitorEventLoopDelay(options: { readonly resolution: number }): {
    readonly count: number
    percentile(percentile: number): number
    enable(): boolean
    disable(): boolean
    reset(): void
  }
}

const resolutionMs = 10
const nanosecondsPerMs = 1e6

/**
 * Begins to measure the delay of the event loop, in real time; undefined where the platform cannot, such
 * as in a browser.
 *
 * @param platform where `process.getBuiltinModule` of Node is looked for. Default `globalThis`.
 * @example
 * ```ts
 * const delay = eventLoopDelay()
 * await new Promise((resolve) => setTimeout(resolve, 100))
 * console.log(`timers are late by ${delay?.p99().toFixed(1) ?? 'an unknown time'} ms`)
 * delay?.close()
 * ```
 */
export function eventLoopDelay(platform: object = globalThis): EventLoopDelay | undefined {
  // Asked for at run time, so that a browser can load what imports this file.
  const { process } = platform as {
    readonly process?: { getBuiltinModule?: (name: 'node:perf_hooks') => PerfHooks | undefined }
  }
  const histogram = process
    ?.getBuiltinModule?.('node:perf_hooks')
    ?.monitorEventLoopDelay({ resolution: resolutionMs })
  if (histogram === undefined) return undefined
  histogram.enable()
  return {
    p99: () => {
      // What it measures is from one tick to the next: the delay is what is more than it should be.
      const betweenMs = histogram.percentile(99) / nanosecondsPerMs
      const delayMs = histogram.count === 0 ? 0 : Math.max(0, betweenMs - resolutionMs)
      histogram.reset()
      return delayMs
    },
    close: () => void histogram.disable(),
  }
}
