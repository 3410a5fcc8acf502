import { afterEach, describe, expect, it, vi } from 'vitest'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetModules()
})

async function restsBeforeNextTurn(): Promise<boolean> {
  const { nextTurn } = await import('../../src/time/turn.ts')
  let rested = false
  const work = async (): Promise<void> => {
    for (let step = 0; step < 100; step += 1) await Promise.resolve()
    rested = true
  }
  void work()
  await nextTurn()
  return rested
}

describe('nextTurn', () => {
  it('resolves when every continuation that could run has run', async () => {
    expect(await restsBeforeNextTurn()).toBe(true)
  })

  it('does so where there is no setImmediate, as in a browser', async () => {
    vi.stubGlobal('setImmediate', undefined)
    expect(await restsBeforeNextTurn()).toBe(true)
  })

  it('is not stopped by fake timers', async () => {
    const { nextTurn } = await import('../../src/time/turn.ts')
    vi.useFakeTimers()
    await nextTurn()
    vi.useRealTimers()
    expect.assertions(0)
  })
})
