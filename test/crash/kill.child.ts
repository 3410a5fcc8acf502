/**
 * Appends numbered events to some logs, on and on, until it is killed. The event at position n has the
 * number n. Says on file descriptor 3, a line each that begins with the index of the log, what it is about
 * to do and up to where it was told that its events are in the log.
 *
 * Arguments: a seed, `close` if the logs are to be closed after some acknowledgements or else `append`,
 * and the files.
 */
import { writeSync } from 'node:fs'
import { createBus, type TradewireEvent } from '../../src/index.ts'
import { openLog } from '../../src/log/open-log.ts'
import { record } from '../../src/log/record.ts'
import type { Durability } from '../../src/log/store.ts'
import { seededRandom } from '../../src/time/random.ts'
import { numberedCatalog, textOf, typeOf } from './numbered.ts'

type NumberedLog = Awaited<ReturnType<typeof openLog<typeof numberedCatalog.schemas>>>

const [seed = '', end = '', ...paths] = process.argv.slice(2)
const durabilities: readonly Durability[] = ['each', 'group', 'lazy']

async function run(index: number, path: string): Promise<void> {
  const say = (line: string): number => writeSync(3, `${index} ${line}\n`)
  say('opening')
  const log = await openLog(path, { catalog: numberedCatalog })
  const { last } = await log.stats()
  say(`open ${last}`)
  await new Appender(log, say, last, seededRandom(Number(seed) + index)).run()
  say('closing')
  await log.close()
  say('closed')
}

/** Appends to one log in one of several ways. */
class Appender {
  readonly #bus = createBus({ catalog: numberedCatalog, history: 0 })
  readonly #log: NumberedLog
  readonly #say: (line: string) => void
  readonly #last: number
  readonly #random: () => number
  #number: number
  #acknowledged = 0

  constructor(log: NumberedLog, say: (line: string) => void, last: number, random: () => number) {
    this.#log = log
    this.#say = say
    this.#last = last
    this.#number = last
    this.#random = random
  }

  run(): Promise<void> {
    const kind = this.#random()
    if (kind < 0.4) return this.#append()
    if (kind < 0.6) return this.#write()
    return kind < 0.8 ? this.#record() : this.#recordAhead()
  }

  #durability(): Durability {
    return durabilities[Math.floor(this.#random() * durabilities.length)]!
  }

  #next(): TradewireEvent {
    this.#number++
    return this.#bus.emitSync(typeOf(this.#number), { text: textOf(this.#number) })
  }

  #size(): number {
    return 1 + Math.floor(this.#random() * this.#random() * 60)
  }

  #tell(position: number): void {
    this.#acknowledged++
    this.#say(`ack ${position}`)
  }

  #goesOn(): boolean {
    return end !== 'close' || this.#acknowledged < 20
  }

  async #appendOne(): Promise<void> {
    const batch = Array.from({ length: this.#size() }, () => this.#next())
    const should = this.#number
    const positions = await this.#log.append(batch, { durability: this.#durability() })
    if (positions.at(-1) === should) this.#tell(should)
    else this.#say(`wrong ${positions.at(-1)} for ${should}`)
  }

  async #append(): Promise<void> {
    const under = new Set<Promise<void>>()
    while (this.#goesOn()) {
      const appended = this.#appendOne()
      under.add(appended)
      void appended.then(() => under.delete(appended))
      if (under.size > this.#random() * 8) await Promise.race(under)
    }
    await Promise.all(under)
  }

  async #write(): Promise<void> {
    const writer = this.#log.writer({ durability: this.#durability() })
    let waiting = Promise.resolve()
    while (this.#goesOn()) {
      let ticket = 0
      for (let count = this.#size(); count > 0; count--) ticket = writer.write(this.#next())
      const before = waiting
      waiting = writer.durable(ticket).then(() => this.#tell(this.#last + ticket))
      await before
    }
    await waiting
  }

  async #record(): Promise<void> {
    const recording = record(this.#bus, this.#log, { durability: this.#durability() })
    while (this.#goesOn()) {
      for (let count = this.#size(); count > 0; count--) this.#next()
      await recording.flush()
      this.#tell(recording.stats.position)
    }
  }

  async #recordAhead(): Promise<void> {
    const options = { durability: this.#durability(), writeAhead: true }
    const recording = record(this.#bus, this.#log, options)
    this.#bus.on('*', () => this.#tell(recording.stats.position))
    while (this.#goesOn()) {
      const emitted = Array.from({ length: this.#size() }, () => {
        this.#number++
        return this.#bus.emit(typeOf(this.#number), { text: textOf(this.#number) })
      })
      await Promise.all(emitted)
    }
  }
}

await Promise.all(paths.map((path, index) => run(index, path)))
