import * as fc from 'fast-check'
import { SimulatedClock } from 'tradewire'
import { type Consumer, openStore } from 'tradewire/log'
import { expect, it } from 'vitest'
import { requireProperty } from '../property/runs.ts'
import { killable, NoteStore, settle } from '../support/consumed.ts'
import { eventMaker, logCatalog } from '../support/logged-events.ts'

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('append'), count: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('pass'), count: fc.integer({ min: 1, max: 400 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('kill'), count: fc.constant(0) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('stop'), count: fc.constant(0) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('refuse'), count: fc.integer({ min: 1, max: 3 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lag'), count: fc.constant(0) }) },
)

const program = fc.record({
  steps: fc.array(step, { maxLength: 30 }),
  /** What the calls of the handler do, in turn. */
  moods: fc.array(fc.constantFrom('now', 'later', 'throw', 'reject', 'hang'), {
    minLength: 1,
    maxLength: 12,
  }),
  notesOnly: fc.boolean(),
})

type Program = typeof program extends fc.Arbitrary<infer Value> ? Value : never

/** Processes that open one log after the other, each with the consumer. */
class World {
  readonly store = new NoteStore()
  readonly clock = new SimulatedClock({ start: 1_000 })
  readonly #program: Program
  readonly #maker = eventMaker()
  #calls = 0
  /** Positions in the order in which the handler was done with them, by process. */
  readonly runs: number[][] = []
  /** All that the pattern covers. */
  readonly expected: number[] = []
  consumer: Consumer | undefined = undefined
  kill: () => void = () => {}
  log!: Awaited<ReturnType<typeof openStore<typeof logCatalog.schemas>>>

  constructor(source: Program) {
    this.#program = source
  }

  /** @param calm whether the handler has no more moods. */
  async start(calm = false): Promise<void> {
    const { store, kill } = killable(this.store)
    this.kill = kill
    this.log = await openStore(store, {
      catalog: logCatalog,
      clock: this.clock,
      onError: () => {},
    })
    const done: number[] = []
    this.runs.push(done)
    const mood = (): string => (calm ? 'now' : this.#mood())
    const handler = async (position: number): Promise<void> => {
      const now = mood()
      if (now === 'reject') throw new Error('not yet')
      if (now === 'later') await this.clock.sleep(20)
      if (now === 'hang') await new Promise(() => {})
      done.push(position)
    }
    this.consumer = await this.log.consume('books', (_, { position }) => handler(position), {
      pattern: this.#program.notesOnly ? 'note.made' : '*',
      timeoutMs: 50,
      retry: { attempts: 2, initialMs: 10 },
    })
  }

  async append(count: number): Promise<void> {
    for (let index = 0; index < count; index += 1) {
      const isNote = this.#calls % 3 !== 0 || index % 2 === 0
      const event = isNote ? this.#maker.note('n') : this.#maker.alarm('!')
      const [position] = await this.log.append(event, { durability: 'each' })
      if (isNote || !this.#program.notesOnly) this.expected.push(position!)
    }
  }

  #mood(): string {
    const { moods } = this.#program
    this.#calls += 1
    return moods[this.#calls % moods.length]!
  }
}

async function act(world: World, { do: what, count }: Program['steps'][number]): Promise<void> {
  if (what === 'append') await world.append(count)
  else if (what === 'pass') await world.clock.advanceBy(count)
  else if (what === 'refuse') world.store.refusals += count
  else if (what === 'lag') await world.consumer!.lag()
  else {
    world.store.refusals = 0
    if (what === 'kill') world.kill()
    else {
      const stopping = world.consumer!.stop()
      await world.clock.advanceBy(5_000)
      await stopping
      await world.log.close()
    }
    await world.start()
  }
}

/** Every event is consumed or a dead letter; a process never goes back, and skips only dead letters. */
async function requireAtLeastOnce(source: Program): Promise<void> {
  const world = new World(source)
  await world.start()
  for (const one of source.steps) await act(world, one)
  world.store.refusals = 0
  world.kill()
  await world.start(true)
  await world.consumer!.caughtUp()
  await settle()
  const letters = new Set((await world.log.deadLetters.list()).map(({ position }) => position))
  const handled = new Set([...letters, ...world.runs.flat()])
  expect([...handled].toSorted((one, other) => one - other)).toEqual(world.expected)
  for (const run of world.runs) {
    expect(run).toEqual([...new Set(run)].toSorted((one, other) => one - other))
    const passed = world.expected.filter(
      (position) => position > (run[0] ?? Infinity) && position < run.at(-1)!,
    )
    expect(passed.filter((position) => !run.includes(position) && !letters.has(position))).toEqual(
      [],
    )
  }
}

it('a consumer is given each event at least once, in order, whatever crashes and fails', async () => {
  const runs = 300
  const property = fc.asyncProperty(program, requireAtLeastOnce)
  expect(await requireProperty('consumers', property, runs)).toBe(runs)
}, 120_000)
