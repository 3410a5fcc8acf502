import { styleText } from 'node:util'
import { requireOptions } from '../errors/checks.ts'
import type { EncodedEvent } from '../events/encoding.ts'
import {
  type CausalNode,
  type CausalStep,
  type CausalTree,
  deepestDrawn,
  requireTree,
  walk,
} from './causal-tree.ts'
import { onOneLine } from './trace-line.ts'

/** Options of `printTrace`. */
export interface PrintTraceOptions {
  /** Whether to colour it, with the escape sequences of a terminal. Default false. */
  readonly colour?: boolean
}

type Style = 'bold' | 'cyan' | 'dim' | 'yellow'
type Paint = (style: Style, text: string) => string

const plain: Paint = (_, text) => text
const coloured: Paint = (style, text) => styleText(style, text, { validateStream: false })

/**
 * A causal tree as text, one line for each event: what, who, when, how long after its cause, where in the
 * log, and the ids and the instrument that its payload names. Control characters are escaped.
 *
 * @throws ConfigurationError `CONFIGURATION` if an option is unknown, or `tree` is none.
 * @example
 * ```text
 * order.submitted  desk  2026-11-21T09:30:00.000Z  #12  symbol=BTCUSDT orderId=7
 * └─ order.placed  gateway  +3.2 ms  #15  symbol=BTCUSDT orderId=7
 *    └─ order.filled  gateway  +40 ms  #16  symbol=BTCUSDT orderId=7 tradeId=99
 * ```
 */
export function printTrace(tree: CausalTree, options: PrintTraceOptions = {}): string {
  requireTree('printTrace', tree)
  requireOptions('printTrace', options, ['colour'])
  const paint = options.colour === true ? coloured : plain
  const lines: string[] = []
  for (const step of walk(tree)) lines.push(`${paint('dim', branch(step))}${describe(step, paint)}`)
  if (lines.length === 0) return `No event belongs to ${onOneLine(tree.correlationId)}.`
  if (tree.truncated) {
    const shown = tree.events === 1 ? 'event is' : `${tree.events} events are`
    lines.push(`… and more: only the first ${shown} shown.`)
  }
  return lines.join('\n')
}

function branch({ depth, last }: CausalStep): string {
  if (depth === 0) return ''
  const sides = last.slice(0, -1).map((isLast) => (isLast ? '   ' : '│  '))
  const hidden = depth > deepestDrawn ? `…${depth} ` : ''
  return `${sides.join('')}${last.at(-1)! ? '└─ ' : '├─ '}${hidden}`
}

function describe({ node, cause }: CausalStep, paint: Paint): string {
  if ('missing' in node) return paint('yellow', `(${onOneLine(node.missing)} is not in this chain)`)
  const { type, source, data } = node.event
  const parts = [
    paint('bold', onOneLine(type)),
    paint('cyan', onOneLine(source)),
    whenOf(node, cause),
    paint('dim', `#${node.position}`),
    keysOf(data),
  ]
  return parts.filter((part) => part !== '').join('  ')
}

function whenOf({ event }: CausalNode, cause: CausalNode | undefined): string {
  return cause === undefined ? timeOf(event) : afterText(event.timestamp - cause.event.timestamp)
}

/** The time of an event as ISO 8601 text, or as the number that it is where that has no such text. */
export function timeOf({ timestamp }: Pick<EncodedEvent, 'timestamp'>): string {
  const date = new Date(timestamp)
  return Number.isNaN(date.getTime()) ? `${timestamp} ms` : date.toISOString()
}

/**
 * How long after its cause, or before it where a clock was set back: to the microsecond below a second,
 * and in two units above a minute.
 */
export function afterText(milliseconds: number): string {
  return `${Math.round(milliseconds * 1_000) < 0 ? '-' : '+'}${spanText(Math.abs(milliseconds))}`
}

function spanText(span: number): string {
  const milliseconds = Math.round(span * 1_000) / 1_000
  if (milliseconds < 1_000) return `${milliseconds} ms`
  const whole = Math.round(span)
  if (whole < 60_000) return `${whole / 1_000} s`
  const seconds = Math.round(span / 1_000)
  if (seconds < 3_600) return inTwo(seconds, 60, 'min', 's')
  const minutes = Math.round(span / 60_000)
  if (minutes < 1_440) return inTwo(minutes, 60, 'h', 'min')
  return inTwo(Math.round(span / 3_600_000), 24, 'd', 'h')
}

/** A number of small units in large ones and what is left over. */
function inTwo(count: number, per: number, large: string, small: string): string {
  const left = count % per
  return `${Math.floor(count / per)} ${large}${left > 0 ? ` ${left} ${small}` : ''}`
}

/** What tells events of a trading system apart. */
const keys = ['symbol', 'orderId', 'tradeId', 'positionId', 'strategyId', 'reason']
const longestValue = 60

function keysOf(data: unknown): string {
  if (typeof data !== 'object' || data === null) return ''
  const fields = new Map<string, unknown>(Object.entries(data))
  return keys
    .flatMap((key) => {
      const value = fields.get(key)
      const said = typeof value === 'string' || typeof value === 'number' ? String(value) : ''
      if (said === '') return []
      const short = said.length > longestValue ? `${said.slice(0, longestValue)}…` : said
      return [`${key}=${onOneLine(short)}`]
    })
    .join(' ')
}
