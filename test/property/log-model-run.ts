import type { TradewireEvent } from 'tradewire'
import type { LogWriter } from 'tradewire/log'
import { all, eventMaker } from '../support/logged-events.ts'
import { Choice } from './choice.ts'
import { ModelConsumers } from './log-model-consumers.ts'
import { type ModelHome, type ModelLog, turns } from './log-model-homes.ts'
import { Ledger } from './log-model-ledger.ts'
import { covers, type Item, lineOf, type ModelQuery } from './log-model-list.ts'
import type { Program, QueryPlan, RetainPlan, Step } from './log-model-program.ts'
import { PendingRead, Tail } from './log-model-readers.ts'

type LogRetain = Parameters<ModelLog['retain']>[0]

/** What programs have done, so that a test can tell that they were not idle. */
export interface Activity {
  events: number
  crashes: number
  /** Events that a crash has taken, and those that it has left though nobody had been told. */
  taken: number
  left: number
  reads: number
  tailed: number
  removed: number
  handled: number
  letters: number
}

/** Runs one program on a log, and compares it with a plain list; what differs is thrown. */
export class LogRun {
  readonly #home: ModelHome
  readonly #choice: Choice
  readonly #maker = eventMaker('maker', 1_000)
  readonly #activity: Activity
  readonly #events: TradewireEvent[] = []
  /** What the log must hold. */
  #items: Item[] = []
  /** The last position that was ever given. */
  #last = 0
  /** What it held at any time. */
  readonly #history = new Set<string>()
  #log!: ModelLog
  #writers: readonly LogWriter[] = []
  #ledger = new Ledger([])
  #reads: PendingRead[] = []
  #tails: Tail[] = []
  readonly #consumers = new ModelConsumers()

  constructor(home: ModelHome, { seed }: Program, activity: Activity) {
    this.#home = home
    this.#choice = new Choice(seed)
    this.#activity = activity
  }

  async run(steps: readonly Step[]): Promise<void> {
    await this.#open()
    for (const step of steps) await this.#take(step)
    await this.#reopen()
    await this.#settle()
    await this.#home.drive(this.#log.close())
    this.#activity.events += this.#events.length
    this.#activity.handled += this.#consumers.handled
    this.#activity.letters += this.#consumers.letters
  }

  async #take(step: Step): Promise<void> {
    if (step.kind === 'append') {
      for (const { size, durability } of step.lists) {
        const events = this.#make(size)
        this.#ledger.appended(events, this.#log.append(events, { durability }))
      }
    } else if (step.kind === 'write') {
      for (const event of this.#make(step.size)) this.#ledger.write(step.writer, event)
    } else if (step.kind === 'turns') await turns(step.count)
    else if (step.kind === 'settle') await this.#settle()
    else if (step.kind === 'read') this.#read(step.query, step.take)
    else if (step.kind === 'tail') this.#tail(step.query)
    else if (step.kind === 'leave') await this.#leave()
    else if (step.kind === 'retain') await this.#retain(step.plan)
    else if (step.kind === 'consume') await this.#consumers.start(step.name, this.#log)
    else if (step.kind === 'stop') await this.#consumers.stop(step.name, this.#home)
    else if (step.kind === 'reopen') await this.#reopen()
    else await this.#crash(step.turns, step.ticks)
  }

  async #open(): Promise<void> {
    this.#log = await this.#home.open()
    this.#writers = [this.#log.writer(), this.#log.writer({ durability: 'lazy' })]
    this.#ledger = new Ledger(this.#writers)
  }

  /** New events, of random kinds, times that may go back, sources and causes. */
  #make(size: number): readonly TradewireEvent[] {
    return Array.from({ length: size }, () => {
      const number = this.#events.length
      const cause = this.#choice.chance(3) ? this.#choice.below(number + 1) : number
      const options = {
        source: `s${this.#choice.below(2)}`,
        timestamp: 1_000 + number * 2 + this.#choice.below(40),
        ...(cause < number ? { cause: this.#events[cause]! } : {}),
      }
      const make = this.#choice.chance(4) ? this.#maker.alarm : this.#maker.note
      const event = make(`${number}`, options)
      this.#events.push(event)
      return event
    })
  }

  #query(plan: QueryPlan): ModelQuery {
    const { pattern, from, since, until, source, chain, limit, order } = plan
    return {
      ...(pattern === undefined ? {} : { pattern }),
      ...(from === undefined ? {} : { from: 1 + Math.floor(from * (this.#last + 3)) }),
      ...(since === undefined ? {} : { since: this.#time(since) }),
      ...(until === undefined ? {} : { until: this.#time(until) }),
      ...(source === undefined ? {} : { source }),
      ...(chain === undefined ? {} : { correlationId: this.#chain(chain) }),
      ...(limit === undefined ? {} : { limit }),
      order,
    }
  }

  /** The time of an event, often one of the newest, or one beyond all. */
  #time(at: number): number {
    const back = Math.floor(at * at * (this.#events.length + 1))
    return this.#events.at(-back)?.timestamp ?? 1_000_000
  }

  /** The chain of an event, or the id of one, which has begun a chain or not, or is yet to come. */
  #chain(at: number): string {
    if (at > 0.7) return `maker-${this.#events.length + Math.ceil((at - 0.7) * 20)}`
    const event = this.#events[Math.floor((at / 0.7) * (this.#events.length - 1))]
    if (event === undefined) return 'nobody'
    return at * 1_000 < 350 ? event.correlationId : event.id
  }

  #read(plan: QueryPlan, take: number | undefined): void {
    const at = { low: this.#known(), made: this.#events.length }
    this.#reads.push(new PendingRead(this.#log, this.#query(plan), take, at))
  }

  #tail(plan: QueryPlan): void {
    const { order: _, until: __, ...query } = this.#query(plan)
    this.#tails.push(new Tail(this.#log, query))
  }

  async #leave(): Promise<void> {
    const tail = this.#tails.shift()
    this.#activity.tailed += tail?.got.length ?? 0
    await tail?.leave()
  }

  /** The last position that the log has said to be durable. */
  #known(): number {
    const { lists } = this.#ledger.acknowledged()
    const written = this.#writers.map(({ position }) => position)
    return Math.max(this.#last, ...written, ...lists.map((positions) => positions?.at(-1) ?? 0))
  }

  /** Waits for all that was begun, and compares all that there is. */
  async #settle(): Promise<void> {
    const { events } = this.#ledger
    await this.#home.drive(this.#ledger.all())
    await this.#compare(undefined)
    for (const { pending, lost } of this.#writers) {
      if (pending !== 0 || lost !== 0) throw new Error(`a writer has ${pending}, and lost ${lost}`)
    }
    const stats = await this.#log.stats()
    const wanted = {
      events: this.#items.length,
      first: this.#items[0]?.position ?? 0,
      last: this.#last,
      pending: 0,
    }
    for (const [name, value] of Object.entries(wanted)) {
      const told = stats[name as keyof typeof wanted]
      if (told !== value) throw new Error(`stats: ${name} is ${told}, not ${value} (${events})`)
    }
    for (const tail of this.#tails) await tail.require(this.#items, this.#history)
    await this.#consumers.require(this.#home, this.#log, this.#items, this.#history)
  }

  /** The log holds what it held, and what was given to it since. */
  async #compare(told: ReturnType<Ledger['acknowledged']> | undefined): Promise<void> {
    const found = await all(this.#log.read())
    const old = found.filter(({ position }) => position <= this.#last)
    requireSame('the log', old, this.#items)
    const fresh = this.#ledger.take(found.slice(old.length), this.#last, told)
    this.#items.push(...fresh)
    for (const item of fresh) this.#history.add(lineOf(item))
    this.#last = this.#items.at(-1)?.position === undefined ? this.#last : this.#end()
    const reads = this.#reads.splice(0)
    this.#activity.reads += reads.length
    // After a crash, those of before have no answer.
    if (told !== undefined) return
    for (const read of reads) await read.require(this.#items, this.#last)
  }

  #end(): number {
    return Math.max(this.#last, this.#items.at(-1)!.position)
  }

  async #retain(plan: RetainPlan): Promise<void> {
    await this.#settle()
    const { pattern } = plan
    const covered = this.#items.filter(({ event }) => covers(pattern, event.type))
    const { limits, count } = this.#limits(plan, covered)
    const options: LogRetain = { ...limits, ...(pattern === undefined ? {} : { pattern }) }
    const { removed } = await this.#log.retain(options)
    if (removed !== (count ?? removed)) {
      throw new Error(`retain ${JSON.stringify(options)} has removed ${removed}, not ${count}`)
    }
    this.#activity.removed += removed
    const gone = new Set(covered.slice(0, removed))
    this.#items = this.#items.filter((item) => !gone.has(item))
    await this.#compare(undefined)
    const { ok, records, damaged } = await this.#log.verify()
    if (!ok || records !== this.#items.length) {
      throw new Error(`verify: ${records} records, damaged ${JSON.stringify(damaged)}`)
    }
  }

  /** A limit, and how many have to go for it; undefined where that is for the home to say. */
  #limits(
    { limit, keep }: RetainPlan,
    covered: readonly Item[],
  ): { readonly limits: Omit<LogRetain, 'pattern'>; readonly count: number | undefined } {
    const upTo = (last: number): number => covered.filter(({ position }) => position <= last).length
    if (limit === 'maxEvents') {
      const maxEvents = Math.floor(keep * (covered.length + 2))
      return { limits: { maxEvents }, count: Math.max(0, covered.length - maxEvents) }
    }
    if (limit === 'before') {
      const before = 1 + Math.floor(keep * (this.#last + 2))
      return { limits: { before }, count: upTo(before - 1) }
    }
    if (limit === 'maxAgeMs') {
      const oldest = 1_000 + Math.floor(keep * (this.#events.length * 2 + 40))
      const young = covered.find(({ event }) => event.timestamp >= oldest)
      const maxAgeMs = this.#home.clock.now() - oldest
      return { limits: { maxAgeMs }, count: upTo((young?.position ?? Infinity) - 1) }
    }
    return { limits: { maxBytes: Math.floor(keep * covered.length * 300) }, count: undefined }
  }

  async #reopen(): Promise<void> {
    await this.#settle()
    const durable = this.#make(3)
    // What was accepted is written, though nobody has waited for it.
    this.#ledger.appended(durable, this.#log.append(durable))
    for (const event of this.#make(2)) this.#ledger.write(0, event)
    await this.#home.drive(this.#log.close())
    await this.#ledger.all()
    this.#consumers.closed()
    for (const tail of this.#tails.splice(0)) {
      this.#activity.tailed += tail.got.length
      await tail.leave()
    }
    const ledger = this.#ledger
    await this.#open()
    this.#ledger = ledger
    await this.#compare(undefined)
    this.#ledger = new Ledger(this.#writers)
  }

  async #crash(count: number, ticks: number): Promise<void> {
    await turns(count)
    for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve()
    const told = this.#ledger.acknowledged()
    const seen = this.#tails.splice(0).flatMap(({ got }) => got.map(lineOf))
    this.#home.crash()
    this.#consumers.killed()
    const [ledger, before, last] = [this.#ledger, this.#ledger.events, this.#last]
    await this.#open()
    this.#ledger = ledger
    await this.#compare(told)
    this.#ledger = new Ledger(this.#writers)
    const lost = seen.find((line) => !this.#history.has(line))
    if (lost !== undefined) throw new Error(`a tail has shown ${lost}, which is not there`)
    const there = this.#last - last
    const known =
      told.lists.reduce((sum, list) => sum + (list?.length ?? 0), 0) +
      told.lanes.reduce((sum, lane) => sum + lane, 0)
    this.#activity.crashes += 1
    this.#activity.taken += before - there
    this.#activity.left += there - known
    this.#activity.tailed += seen.length
  }
}

function requireSame(what: string, got: readonly Item[], wanted: readonly Item[]): void {
  const index = wanted.findIndex((item, at) => {
    const other = got[at]
    return other === undefined || lineOf(other) !== lineOf(item)
  })
  if (index === -1 && got.length === wanted.length) return
  const at = index === -1 ? wanted.length : index
  const [found, meant] = [got[at], wanted[at]]
  throw new Error(
    `${what} holds ${found && lineOf(found)} where ${meant && lineOf(meant)} belongs (${got.length} of ${wanted.length})`,
  )
}
