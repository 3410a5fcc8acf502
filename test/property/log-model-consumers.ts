import type { Consumer } from 'tradewire/log'
import { nextTurn } from '../../src/time/turn.ts'
import type { ModelHome, ModelLog } from './log-model-homes.ts'
import { covers, type Item, lineOf } from './log-model-list.ts'

const patterns = { every: '*', alarms: 'alarm.*' } as const
export type ConsumerName = keyof typeof patterns

/** How often the handler fails on an event in a row; with two attempts, three is for good. */
function failures(name: ConsumerName, position: number): 0 | 1 | 3 {
  if ((position + name.length) % 13 === 0) return 3
  return position % 7 === 0 ? 1 : 0
}

interface Run {
  readonly consumer: Consumer
  /** The last position that its handler was given. */
  seen: number
  killed: boolean
}

/** Consumers of both names, through all closings and crashes of a log. */
export class ModelConsumers {
  /** What the handlers were given, until it is compared. */
  #lines: string[] = []
  readonly #done = { every: new Set<number>(), alarms: new Set<number>() }
  /** What was stopped in an orderly way has written down how far it has come. */
  readonly #floors = { every: 0, alarms: 0 }
  readonly #runs = new Map<ConsumerName, Run>()
  #failure: Error | undefined = undefined
  handled = 0
  letters = 0

  async start(name: ConsumerName, log: ModelLog): Promise<void> {
    if (this.#runs.has(name)) return
    let run: Run | undefined
    const early: (() => void)[] = []
    const consumer = await log.consume(
      name,
      async (event, { position, attempt }) => {
        if (run === undefined) await new Promise<void>((resolve) => early.push(resolve))
        const mine = run!
        if (mine.killed) return
        if (attempt === 1) this.#come(name, mine, position)
        this.#lines.push(lineOf({ position, event }))
        if (position % 3 === 0) await nextTurn()
        if (attempt <= failures(name, position)) throw new Error(`made up for ${position}`)
        if (!mine.killed) this.#done[name].add(position)
        this.handled += 1
      },
      { pattern: patterns[name], retry: { attempts: 2, initialMs: 0 } },
    )
    run = { consumer, seen: 0, killed: false }
    this.#runs.set(name, run)
    for (const resolve of early) resolve()
  }

  async stop(name: ConsumerName, home: ModelHome): Promise<void> {
    const run = this.#runs.get(name)
    if (run === undefined) return
    await home.drive(run.consumer.stop())
    this.#ended(name, run)
  }

  /** The log was closed, which stops them as well. */
  closed(): void {
    for (const [name, run] of this.#runs) this.#ended(name, run)
  }

  killed(): void {
    for (const run of this.#runs.values()) run.killed = true
    this.#runs.clear()
  }

  /** Everything that is in the log was consumed or is a dead letter, as it was written. */
  async require(
    home: ModelHome,
    log: ModelLog,
    items: readonly Item[],
    history: ReadonlySet<string>,
  ): Promise<void> {
    await home.drive(
      Promise.all([...this.#runs.values()].map(({ consumer }) => consumer.caughtUp())),
    )
    if (this.#failure !== undefined) throw this.#failure
    const odd = this.#lines.find((line) => !history.has(line))
    if (odd !== undefined) throw new Error(`a consumer was given ${odd}`)
    this.#lines = []
    for (const name of this.#runs.keys()) {
      const letters = await log.deadLetters.list(name)
      const dead = new Set(letters.map(({ position }) => position))
      this.letters = Math.max(this.letters, dead.size)
      for (const { position, event } of items) {
        if (!covers(patterns[name], event.type)) continue
        const [done, lost] = [this.#done[name].has(position), dead.has(position)]
        const wanted = failures(name, position) === 3 ? lost && !done : done && !lost
        if (!wanted) throw new Error(`${name}: ${position} done ${done}, dead letter ${lost}`)
      }
      const lag = await log.stats().then(({ consumers }) => consumers.length)
      if (lag === 0) throw new Error(`${name} runs, and stats do not know it`)
    }
  }

  #come(name: ConsumerName, run: Run, position: number): void {
    if (position <= this.#floors[name] || position <= run.seen) {
      const { seen } = run
      this.#failure ??= new Error(
        `${name}: ${position} came after ${seen}, and after a stop at ${this.#floors[name]}`,
      )
    }
    run.seen = position
  }

  #ended(name: ConsumerName, run: Run): void {
    if (run.consumer.running) throw new Error(`${name} still runs`)
    this.#floors[name] = run.consumer.position
    this.#runs.delete(name)
  }
}
