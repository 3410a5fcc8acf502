import { SimulatedClock } from 'tradewire'
import type { RunProgress } from 'tradewire/backtest'
import { describe, expect, it } from 'vitest'
import { ProgressBar, ProgressMeter, progressText } from '../../src/backtest/progress.ts'

const time = Date.UTC(2026, 0, 5, 9, 30)
const half: RunProgress = {
  events: 1_234_567,
  time,
  fraction: 0.5,
  eventsPerSecond: 412_345.6,
  remainingMs: 125_000,
}

describe('ProgressMeter', () => {
  it('tells ten times a second at most, with rate and what remains', async () => {
    const clock = new SimulatedClock()
    const told: RunProgress[] = []
    const meter = new ProgressMeter(clock, (progress) => told.push(progress))
    meter.tick(10, time, 0.1)
    await clock.advanceBy(99)
    meter.tick(99, time, 0.2)
    expect(told).toEqual([])
    await clock.advanceBy(1)
    meter.tick(100, time, 0.25)
    meter.tick(101, time, 0.25)
    // 100 events in 100 ms; a quarter took 100 ms, so the rest takes 300 ms.
    expect(told).toEqual([
      { events: 100, time, fraction: 0.25, eventsPerSecond: 1_000, remainingMs: 300 },
    ])
    await clock.advanceBy(100)
    meter.tick(300, time, undefined)
    expect(told[1]).toEqual({ events: 300, time, eventsPerSecond: 1_500 })
  })

  it('knows no rate before any time has passed, and no end before anything was played', () => {
    const told: RunProgress[] = []
    const meter = new ProgressMeter(new SimulatedClock(), (progress) => told.push(progress))
    meter.tell(0, time, 0)
    expect(told).toEqual([{ events: 0, time, fraction: 0, eventsPerSecond: 0 }])
  })
})

describe('ProgressBar', () => {
  const stream = (more: object) => {
    const written: string[] = []
    return { written, write: (text: string) => written.push(text), ...more }
  }

  it('draws one line over the other on a terminal, and removes it once', () => {
    const terminal = stream({ isTTY: true, columns: 40 })
    const bar = new ProgressBar(terminal)
    bar.clear()
    expect(terminal.written).toEqual([])
    bar.draw(half)
    expect(terminal.written[0]).toBe(`\r\u001b[K${progressText(half, 40)}`)
    bar.clear()
    bar.clear()
    expect(terminal.written).toHaveLength(2)
    expect(terminal.written[1]).toBe('\r\u001b[K')
  })

  it('takes a terminal that does not know its width for one of 80', () => {
    const terminal = stream({ isTTY: true })
    new ProgressBar(terminal).draw(half)
    expect(terminal.written[0]).toHaveLength('\r\u001b[K'.length + 79)
  })

  it('writes nothing where there is no terminal', () => {
    const file = stream({})
    const bar = new ProgressBar(file)
    bar.draw(half)
    bar.clear()
    expect(file.written).toEqual([])
  })
})

describe('progressText', () => {
  it('shows a bar, the time of the data, the rate and the remaining time', () => {
    expect(progressText(half, 200)).toBe(
      '████████████░░░░░░░░░░░░  50 %  2026-01-05 09:30  1,234,567 events  412,346/s  2:05 left',
    )
  })

  it('shows no bar where the sources cannot tell how far they are', () => {
    const { fraction: _, remainingMs: __, ...unknown } = half
    expect(progressText(unknown, 200)).toBe('2026-01-05 09:30  1,234,567 events  412,346/s')
  })

  it.each([
    [0, '0:00'],
    [59_001, '1:00'],
    [3_599_000, '59:59'],
    [3_600_000, '1:00:00'],
    [3_725_000, '1:02:05'],
  ])('says %i ms as %s', (remainingMs, text) => {
    expect(progressText({ ...half, remainingMs }, 200)).toMatch(new RegExp(`  ${text} left$`))
  })

  it('is shorter than the line, however narrow', () => {
    expect(progressText(half, 30)).toHaveLength(29)
    expect(progressText(half, 0)).toBe('')
  })
})
