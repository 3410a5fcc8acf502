import { Choice } from './choice.ts'
import type { Overflow, Patterns } from './driven-bus.ts'

/** What a handler does whenever it is called, and what it then returns. */
export interface HandlerPlan {
  readonly acts: readonly Act[]
  readonly result: HandlerResult
}

export type HandlerResult =
  | 'nothing'
  | 'throw'
  /** A promise that a later `settle` resolves or rejects. */
  | 'defer'
  /** A promise that is resolved already. */
  | 'promise'
  /** A promise that is rejected already. */
  | 'rejection'
  /** The promise of the last emission that it made. */
  | 'nested'

/** Which events a subscription wants; `leaves` ends the subscription and then accepts. */
export type WherePlan = 'all' | 'odd' | 'even' | 'throws' | 'leaves'

/**
 * One thing that a program, or a handler in it, does to the bus. An index picks among the things
 * made so far, -1 is the handler's own subscription.
 */
export type Act =
  | {
      readonly do: 'subscribe'
      readonly patterns: Patterns
      readonly plan: HandlerPlan
      readonly priority: number
      readonly once: boolean
      readonly where: WherePlan
      readonly signal: number
      readonly id: string | undefined
    }
  | { readonly do: 'unsubscribe' | 'off' | 'pause' | 'resume'; readonly index: number }
  | { readonly do: 'clear'; readonly pattern: string | undefined }
  | {
      readonly do: 'emit' | 'emitSync' | 'emitSerial'
      readonly type: string
      readonly throwOnError: boolean
      readonly caused: boolean
    }
  | { readonly do: 'batch'; readonly types: readonly string[] }
  | {
      readonly do: 'wait'
      readonly patterns: Patterns
      readonly where: WherePlan
      readonly timeoutMs: number | undefined
      readonly signal: number
    }
  | {
      readonly do: 'stream'
      readonly patterns: Patterns
      readonly where: WherePlan
      readonly capacity: number
      readonly overflow: Overflow
      readonly signal: number
    }
  | { readonly do: 'read' | 'return' | 'abort'; readonly index: number }
  | { readonly do: 'settle'; readonly index: number; readonly reject: boolean }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'idle' | 'close' }

/** A bus, and what is done to it. */
export interface Program {
  readonly maxDepth: number
  readonly history: number
  readonly observed: boolean
  /** Whether there are serial emissions; see {@link toProgram}. */
  readonly serial: boolean
  readonly acts: readonly Act[]
}

const types = [
  'order.placed',
  'order.placed',
  'order.placed',
  'order.filled',
  'order.filled',
  'market.trade',
  'action.buy.start',
  'action.sell.start',
  'system.error',
  'order.unknown',
] as const

const patterns: readonly Patterns[] = [
  'order.placed',
  'order.placed',
  'order.placed',
  'order.filled',
  'market.trade',
  'action.buy.start',
  'system.error',
  '*',
  '**',
  'order.*',
  '*.error',
  'action.**',
  'action.*.start',
  ['order.placed', 'order.filled'],
  ['order.*', '*.trade', 'order.placed'],
  'nothing.*',
]

const overflows = ['drop-oldest', 'drop-newest', 'error'] as const
const wheres = ['all', 'all', 'all', 'odd', 'even', 'throws', 'leaves'] as const
const inHandler = ['emit', 'emitSync', 'emitSync', 'subscribe', 'unsubscribe', 'pause'] as const
const atTop = `
  subscribe subscribe subscribe subscribe unsubscribe off clear pause resume
  emit emit emit emitSync emitSync emitSerial batch
  wait wait stream read read return abort settle settle settle advance idle end
`
  .trim()
  .split(/\s+/)
const rarelyInHandler = 'batch emitSerial resume wait stream read abort idle close clear'.split(' ')
const sometimesAsync = ['nothing', 'nothing', 'nothing', 'throw', 'defer'] as const
const oftenAsync = [...sometimesAsync, 'promise', 'rejection', 'nested'] as const

/**
 * The program that a list of whole numbers stands for: the first one for the bus, each of the others
 * for one act, so that a failing program shrinks by losing acts.
 *
 * Handlers of a program with serial emissions return only promises that a `settle` settles. Which
 * of two serial emissions goes on first when both can, no semantics say.
 */
export function toProgram([first = 0, ...rest]: readonly number[]): Program {
  const choice = new Choice(first)
  const serial = choice.chance(2)
  return {
    maxDepth: choice.chance(3) ? 1 + choice.below(3) : 100,
    history: choice.below(6),
    observed: choice.chance(3),
    serial,
    acts: rest.map((seed) => toAct(new Choice(seed), serial, 0)),
  }
}

function toAct(choice: Choice, serial: boolean, level: number): Act {
  const names = level === 0 ? atTop : choice.chance(4) ? rarelyInHandler : inHandler
  const drawn = choice.of<string>(names)
  // Most of a program is about open buses.
  const name = (
    drawn === 'end' ? choice.of(['close', 'settle', 'settle', 'settle']) : drawn
  ) as Act['do']
  switch (name) {
    case 'subscribe':
      return {
        do: name,
        patterns: choice.of(patterns),
        plan: toPlan(choice, serial, level),
        priority: choice.chance(3) ? choice.below(3) : 0,
        once: choice.chance(4),
        where: choice.of(wheres),
        signal: toSignal(choice),
        id: choice.chance(12) ? choice.of(['first', 'second']) : undefined,
      }
    case 'unsubscribe':
    case 'off':
    case 'pause':
    case 'resume':
      return { do: name, index: level > 0 && choice.chance(2) ? -1 : choice.below(16) }
    case 'clear':
      return { do: name, pattern: choice.of(['order.placed', 'order.*', 'nothing.*', undefined]) }
    case 'emit':
    case 'emitSync':
    case 'emitSerial':
      return {
        do: serial || name === 'emitSync' ? name : 'emit',
        type: choice.of(types),
        throwOnError: choice.chance(4),
        caused: choice.chance(2),
      }
    case 'batch':
      return {
        do: name,
        types: Array.from({ length: 1 + choice.below(3) }, () => choice.of(types)),
      }
    case 'wait':
      return {
        do: name,
        patterns: choice.of(patterns),
        where: choice.of(['all', 'all', 'odd', 'even', 'throws']),
        timeoutMs: choice.chance(2) ? choice.below(4) * 10 : undefined,
        signal: toSignal(choice),
      }
    case 'stream':
      return {
        do: name,
        patterns: choice.of(patterns),
        where: choice.of(['all', 'all', 'odd', 'throws']),
        capacity: 1 + choice.below(3),
        overflow: choice.of(overflows),
        signal: toSignal(choice),
      }
    case 'read':
    case 'return':
    case 'abort':
      return { do: name, index: choice.below(16) }
    case 'settle':
      return { do: name, index: choice.below(16), reject: choice.chance(3) }
    case 'advance':
      return { do: name, ms: choice.below(4) * 10 }
    default:
      return { do: name }
  }
}

function toPlan(choice: Choice, serial: boolean, level: number): HandlerPlan {
  const length = level >= 2 || choice.chance(2) ? 0 : 1 + choice.below(2)
  return {
    acts: Array.from({ length }, () => toAct(choice, serial, level + 1)),
    result: choice.of(serial ? sometimesAsync : oftenAsync),
  }
}

/** Which of the signals of the program, or -1 for none. */
function toSignal(choice: Choice): number {
  return choice.chance(5) ? choice.below(3) : -1
}
