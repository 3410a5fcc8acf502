/**
 * Writes numbered events to a log whose storage fails at times, until all are durable, and says on file
 * descriptor 3 up to where they are, and when the storage fails and works again.
 *
 * Arguments: the file, how many events there are to be, and the durability.
 */
import { writeSync } from 'node:fs'
import { createBus } from '../../src/index.ts'
import { TradewireError } from '../../src/errors/tradewire-error.ts'
import { openLog } from '../../src/log/open-log.ts'
import type { Durability } from '../../src/log/store.ts'
import { numberedCatalog, textOf, typeOf } from './numbered.ts'

const [path = '', count = '', durability = ''] = process.argv.slice(2)
const events = Number(count)

const say = (line: string): number => writeSync(3, `${line}\n`)

async function open(attempts: number): ReturnType<typeof openLog<typeof numberedCatalog.schemas>> {
  try {
    return await openLog(path, { catalog: numberedCatalog })
  } catch (error) {
    const refused = error instanceof TradewireError && error.code === 'LOG_STORAGE'
    if (!refused || attempts === 0) throw error
    say('refused')
    return open(attempts - 1)
  }
}

const log = await open(20)
const { last } = await log.stats()
say(`open ${last}`)
const bus = createBus({ catalog: numberedCatalog, history: 0 })
const writer = log.writer({
  durability: durability as Durability,
  retryMs: 5,
  onState: ({ kind }) => say(kind),
})
for (let number = last + 1; number <= events;) {
  let ticket = 0
  const end = Math.min(events, number + (number % 13))
  for (; number <= end; number++) {
    ticket = writer.write(bus.emitSync(typeOf(number), { text: textOf(number) }))
  }
  await writer.durable(ticket)
  say(`ack ${last + ticket}`)
}
let position = 0
for await (const entry of log.read()) {
  position++
  if (entry.position !== position || entry.event.type !== typeOf(position)) say(`wrong ${position}`)
}
await writer.close()
await log.close()
say(`done ${position}`)
