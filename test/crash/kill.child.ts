/**
 * Appends numbered events to a log, on and on, until it is killed. The event at position n has the number
 * n. Says on file descriptor 3, a line each, what it is about to do and up to where it was told that its
 * events are in the log.
 *
 * Arguments: the file, a seed, and `close` if the log is to be closed after some acknowledgements.
 */
import { writeSync } from 'node:fs'
import { createBus, type TradewireEvent } from '../../src/index.ts'
import { openLog } from '../../src/log/open-log.ts'
import { record } from '../../src/log/record.ts'
import type { Durability } from '../../src/log/store.ts'
import { seededRandom } from '../../src/time/random.ts'
import { numberedCatalog, textOf, typeOf } from './numbered.ts'

const [path = '', seed = '', end = ''] = process.argv.slice(2)
const random = seededRandom(Number(seed))
const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!
const durabilities: readonly Durability[] = ['each', 'group', 'lazy']

const say = (line: string): number => writeSync(3, `${line}\n`)

say('opening')
const log = await openLog(path, { catalog: numberedCatalog })
const bus = createBus({ catalog: numberedCatalog, history: 0 })
const { last } = await log.stats()
let number = last
let acknowledged = 0
say(`open ${last}`)

const next = () => {
  number++
  return bus.emitSync(typeOf(number), { text: textOf(number) })
}
const size = (): number => 1 + Math.floor(random() * random() * 60)
const tell = (position: number): void => {
  acknowledged++
  say(`ack ${position}`)
}
const goesOn = (): boolean => end !== 'close' || acknowledged < 20

async function appendOne(batch: readonly TradewireEvent[], should: number): Promise<void> {
  const positions = await log.append(batch, { durability: pick(durabilities) })
  if (positions.at(-1) === should) tell(should)
  else say(`wrong ${positions.at(-1)} for ${should}`)
}

async function append(): Promise<void> {
  const under = new Set<Promise<void>>()
  while (goesOn()) {
    const batch = Array.from({ length: size() }, next)
    const should = number
    const appended = appendOne(batch, should)
    under.add(appended)
    void appended.then(() => under.delete(appended))
    if (under.size > random() * 8) await Promise.race(under)
  }
  await Promise.all(under)
}

async function write(): Promise<void> {
  const writer = log.writer({ durability: pick(durabilities) })
  let waiting = Promise.resolve()
  while (goesOn()) {
    let ticket = 0
    for (let count = size(); count > 0; count--) ticket = writer.write(next())
    const before = waiting
    waiting = writer.durable(ticket).then(() => tell(last + ticket))
    await before
  }
  await waiting
}

async function recordBus(): Promise<void> {
  const recording = record(bus, log, { durability: pick(durabilities) })
  while (goesOn()) {
    for (let count = size(); count > 0; count--) next()
    await recording.flush()
    tell(recording.stats.position)
  }
}

async function recordAhead(): Promise<void> {
  const recording = record(bus, log, { durability: pick(durabilities), writeAhead: true })
  bus.on('*', () => tell(recording.stats.position))
  while (goesOn()) {
    const emitted = Array.from({ length: size() }, () => {
      number++
      return bus.emit(typeOf(number), { text: textOf(number) })
    })
    await Promise.all(emitted)
  }
}

await pick([append, append, write, recordBus, recordAhead])()
say('closing')
await log.close()
say('closed')
