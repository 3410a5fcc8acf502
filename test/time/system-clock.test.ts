import { spawnSync } from 'node:child_process'
import { execPath } from 'node:process'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ConfigurationError } from '../../src/errors/tradewire-error.ts'
import { SystemClock } from '../../src/time/system-clock.ts'

const longest = 2 ** 31 - 1

describe('SystemClock', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_767_225_600_000 })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('tells wall time and monotonic time apart', () => {
    const clock = new SystemClock()
    const started = clock.monotonic()
    expect(clock.deterministic).toBe(false)
    expect(clock.now()).toBe(1_767_225_600_000)
    vi.advanceTimersByTime(250)
    vi.setSystemTime(1_000)
    expect(clock.now()).toBe(1_000)
    expect(clock.monotonic() - started).toBe(250)
  })

  it('fires a timer once, after its delay', () => {
    const callback = vi.fn<() => void>()
    new SystemClock().setTimer(100, callback)
    vi.advanceTimersByTime(99)
    expect(callback).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1_000)
    expect(callback).toHaveBeenCalledTimes(1)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('does not fire a cancelled timer, nor mind a second cancel', () => {
    const callback = vi.fn<() => void>()
    const timer = new SystemClock().setTimer(100, callback)
    timer.cancel()
    timer.cancel()
    expect(vi.getTimerCount()).toBe(0)
    vi.advanceTimersByTime(1_000)
    expect(callback).not.toHaveBeenCalled()
  })

  it('waits as long as it is told, even beyond what setTimeout can', () => {
    const callback = vi.fn<() => void>()
    new SystemClock().setTimer(2 * longest + 50, callback)
    vi.advanceTimersByTime(2 * longest + 49)
    expect(callback).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(callback).toHaveBeenCalledTimes(1)
  })

  it('waits for the longest delay of setTimeout in one step', () => {
    const callback = vi.fn<() => void>()
    new SystemClock().setTimer(longest, callback)
    vi.advanceTimersByTime(longest)
    expect(callback).toHaveBeenCalledTimes(1)
  })

  it('cancels a long timer in any of its steps', () => {
    const callback = vi.fn<() => void>()
    const timer = new SystemClock().setTimer(3 * longest, callback)
    vi.advanceTimersByTime(longest + 1)
    timer.cancel()
    expect(vi.getTimerCount()).toBe(0)
    vi.advanceTimersByTime(3 * longest)
    expect(callback).not.toHaveBeenCalled()
  })

  it('holds no process that waits for a released timer alone, however long it is', () => {
    vi.useRealTimers()
    const run = (act: string): number | null => {
      const clock = JSON.stringify(new URL('../../src/time/system-clock.ts', import.meta.url).href)
      const code = `import { SystemClock } from ${clock}; setTimeout(() => process.exit(3), 50).unref(); const timer = new SystemClock().setTimer(${3 * longest}, () => {}); ${act}`
      return spawnSync(execPath, ['--input-type=module', '-e', code]).status
    }
    expect(run('timer.unref()')).toBe(0)
    expect(run('')).toBe(3)
  })

  it('keeps a released timer released in each of its steps', () => {
    const callback = vi.fn<() => void>()
    const timer = new SystemClock().setTimer(longest + 5, callback)
    timer.unref?.()
    const released = vi.spyOn(globalThis, 'setTimeout')
    vi.advanceTimersByTime(longest)
    expect((released.mock.results[0]!.value as NodeJS.Timeout).hasRef()).toBe(false)
    vi.advanceTimersByTime(5)
    expect(callback).toHaveBeenCalledTimes(1)
    released.mockRestore()
  })

  it('sleeps for its delay', async () => {
    let awake = false
    const work = async (): Promise<void> => {
      await new SystemClock().sleep(30)
      awake = true
    }
    const working = work()
    await vi.advanceTimersByTimeAsync(29)
    expect(awake).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    await working
    expect(awake).toBe(true)
  })

  it.each([-1, Number.NaN, Infinity, '5', undefined])('refuses a delay of %o', async (delay) => {
    const clock = new SystemClock()
    const delayMs = delay as number // a wrong type on purpose
    expect(() => clock.setTimer(delayMs, () => {})).toThrow(ConfigurationError)
    await expect(clock.sleep(delayMs)).rejects.toBeInstanceOf(ConfigurationError)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('refuses a callback that is no function', () => {
    // @ts-expect-error: a wrong type on purpose
    expect(() => new SystemClock().setTimer(1, null)).toThrow('must be a function, but is null')
  })
})
