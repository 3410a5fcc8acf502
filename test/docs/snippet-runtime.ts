import { formatWithOptions } from 'node:util'
import { type Bus, Decimal } from 'tradewire'
import { exampleOf, makeWorld, type World } from './snippet-world.ts'

interface Opened {
  close(options?: { readonly drainMs: number }): void | Promise<unknown>
}

/** One program that runs: what it has opened, and what it was expected to print. */
interface Run {
  readonly opened: unknown[]
  /** Lines that have not been reached yet, with what they are to print. */
  readonly expected: Map<number, string>
  readonly problems: string[]
}

let run: Run = { opened: [], expected: new Map(), problems: [] }

/** False, which the compiler does not know. */
export const $isRun: boolean = false

/** What the page takes for granted; its bus and its log are closed with those that it opens itself. */
export async function world<Name extends keyof World>(names: readonly Name[]) {
  const made = await makeWorld(names)
  for (const name of ['log', 'bus', 'desk'] as const)
    if (name in made) run.opened.push(made[name as Name])
  return made
}

/** Remembers what is to be closed in the end. */
export function $made<Opened>(opened: Opened): Opened {
  run.opened.push(opened)
  return opened
}

/** All lines that are to print something, so that one that is never reached is missed. */
export function $expected(lines: readonly (readonly [line: number, value: string])[]): void {
  for (const [line, value] of lines) run.expected.set(line, value)
}

/** In place of `console.log` with a comment that is what it prints. */
export function $expect(line: number, value: string): (...printed: readonly unknown[]) => void {
  return (...printed) => {
    run.expected.delete(line)
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

/** After so many turns of waiting something happens. */
const firstTurn = 8
/** After so many the program is asked to end, if it listens for that. */
const lastTurn = 20

/**
 * Lets something happen on every open bus in system time: a program that waits for the market, or for a fill of its
 * order, goes on.
 */
export async function stir({ opened }: Run, turn: number): Promise<void> {
  if (turn < firstTurn) return
  if (turn === lastTurn) process.emit('SIGTERM')
  for (const one of await Promise.allSettled(opened)) {
    if (one.status === 'rejected' || !('emitSync' in (one.value as object))) continue
    const bus = one.value as Bus
    if (bus.clock.deterministic) continue
    const price = new Decimal(62_000 - 400 * turn)
    try {
      bus.emitSync('market.trade_tick', { ...exampleOf('market.trade_tick'), price })
      bus.emitSync('order.filled', { ...exampleOf('order.filled'), orderId: 'momentum-1' })
    } catch {
      // The bus is closed, or is one with other events.
    }
  }
}

/** Closes what the program has opened: what works on a bus, then buses, then logs, which may record them. */
export async function end(ended: Run): Promise<void> {
  const opened = await Promise.allSettled(ended.opened)
  const values = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value as Opened] : []))
  for (const one of values.toReversed())
    if (!('emitSync' in one || 'append' in one)) await one.close()
  for (const one of values) if ('emitSync' in one) await one.close({ drainMs: 0 })
  for (const one of values) if ('append' in one) await one.close()
  for (const [line, value] of ended.expected) ended.problems.push(`:${line}: never prints ${value}`)
}
