import { formatWithOptions } from 'node:util'
import { type Bus, Decimal } from 'tradewire'
import type { EventLog } from 'tradewire/log'
import { exampleOf, makeWorld, type World } from './snippet-world.ts'

interface Expected {
  readonly line: number
  readonly value: string
  isPrinted: boolean
}

/** One program that runs: what it has opened, and what it was expected to print. */
interface Run {
  readonly opened: unknown[]
  readonly expected: Map<number, Expected>
  readonly problems: string[]
}

let run: Run = { opened: [], expected: new Map(), problems: [] }

/** False, which the compiler does not know. */
export const $isRun: boolean = false

/** What the page takes for granted; its bus and its log are closed with those that it opens itself. */
export async function world<Name extends keyof World>(names: readonly Name[]) {
  const made = await makeWorld(names)
  for (const name of ['log', 'bus'] as const) if (name in made) run.opened.push(made[name as Name])
  return made
}

/** Remembers what is to be closed in the end. */
export function $made<Opened>(opened: Opened): Opened {
  run.opened.push(opened)
  return opened
}

/** In place of `console.log` with a comment that is what it prints. */
export function $expect(line: number, value: string): (...printed: readonly unknown[]) => void {
  run.expected.set(line, { line, value, isPrinted: false })
  return (...printed) => {
    run.expected.get(line)!.isPrinted = true
    const text = formatWithOptions({ breakLength: Infinity }, ...printed)
    const isQuoted = /^'.*'$/.test(value) && value.slice(1, -1) === text
    if (text !== value && !isQuoted) run.problems.push(`:${line}: prints ${text}, not ${value}`)
  }
}

/** Begins a program. */
export function begin(): Run {
  run = { opened: [], expected: new Map(), problems: [] }
  return run
}

async function openedBuses({ opened }: Run): Promise<Bus[]> {
  const settled = await Promise.allSettled(opened)
  const values = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  return values.filter((one): one is Bus => one instanceof Object && 'emitSync' in one)
}

/**
 * Lets something happen on every open bus in system time: a program that waits for the market, or for a fill of its
 * order, goes on.
 */
export async function stir({ opened }: Run, count: number): Promise<void> {
  for (const bus of await openedBuses({ opened } as Run)) {
    const tick = exampleOf('market.trade_tick')
    const fill = exampleOf('order.filled')
    try {
      bus.emitSync('market.trade_tick', { ...tick, price: new Decimal(62_000 - 400 * count) })
      bus.emitSync('order.filled', { ...fill, orderId: 'momentum-1', tradeId: `fill-${count}` })
    } catch {
      // The bus is closed, or is one with other events.
    }
  }
}

/** Closes what the program has opened: buses before logs, which may record them. */
export async function end(ended: Run): Promise<void> {
  for (const bus of await openedBuses(ended)) await bus.close({ drainMs: 0 })
  for (const one of ended.opened.toReversed()) {
    const log = (await Promise.resolve(one).catch(() => {})) as EventLog | Bus | undefined
    if (log !== undefined && 'append' in log) await log.close()
  }
  for (const { line, value, isPrinted } of ended.expected.values())
    if (!isPrinted) ended.problems.push(`:${line}: never prints ${value}`)
}
