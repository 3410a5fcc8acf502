import { join } from 'node:path'
import { createBus } from 'tradewire'
import { type EventLog, openLog, record } from 'tradewire/log'
import { describe, expect, it } from 'vitest'
import { encodeEvent } from '../../src/events/encoding.ts'
import { archive } from '../../src/log/archive.ts'
import { exportLog } from '../../src/log/export-log.ts'
import { restore } from '../../src/log/restore.ts'
import { eventOf, messageOf, readCapture, textOf } from '../support/binance-events.ts'
import { captureFile } from '../support/capture.ts'
import { temporaryFolder } from '../support/logged.ts'

const capture = captureFile()
/** Of the capture, as its description has them. */
const messages = 93_954

type TypeOfCapture = 'market.quote_update'

/** The messages that the events of a log are made of are those of the capture, byte by byte. */
async function expectTheCapture(log: EventLog, lines: readonly string[]): Promise<void> {
  let next = 0
  let different = 0
  for await (const { position, event } of log.read()) {
    const same = textOf(messageOf(encodeEvent(event))) === lines[position - 1]
    if (position !== (next += 1) || !same) different += 1
  }
  expect({ events: next, different }).toEqual({ events: lines.length, different: 0 })
}

describe.runIf(capture !== undefined)('a log of the Binance capture', { timeout: 300_000 }, () => {
  it('holds every message that a bus was given to the last digit, also archived and restored', async () => {
    const folder = temporaryFolder()
    const open = async (name: string): Promise<EventLog> => openLog(join(folder, name))
    const captured = readCapture(capture!)
    const lines = captured.map(textOf)
    expect(lines).toHaveLength(messages)
    await using log = await open('recorded.db')
    const bus = createBus({ run: 'capture' })
    const recording = record(bus, log)
    for (const [index, line] of captured.entries()) {
      const { type, data, timestamp, source, metadata } = eventOf(line, index + 1)
      bus.emitSync(type as TypeOfCapture, data as never, { timestamp, source, metadata })
      if (index % 10_000 === 0) await recording.flush()
    }
    await recording.stop()
    expect(recording.stats).toMatchObject({ recorded: messages, lost: 0, refused: 0 })
    await expectTheCapture(log, lines)

    const archives = join(folder, 'archive')
    const half = Number(captured[45_000]!.receivedAt) / 1e6
    const first = await archive(log, half, archives)
    const second = await archive(log, { position: messages + 1 }, archives)
    expect(first!.events + second!.events).toBe(messages)
    await using copy = await open('restored.db')
    expect(await restore(copy, archives)).toMatchObject({ archives: 2, events: messages })

    const [one, two] = [join(folder, 'a.ndjson'), join(folder, 'b.ndjson')]
    expect(await exportLog(copy, two)).toEqual(await exportLog(log, one))
  })
})
