import { requireInteger, requireOptions } from '../errors/checks.ts'
import {
  type CausalNode,
  type CausalStep,
  type CausalTree,
  type MissingCause,
  requireTree,
  walk,
} from './causal-tree.ts'
import { onOneLine } from './trace-line.ts'
import { afterText, timeOf } from './trace-print.ts'

/** Options of `traceToMermaid`. */
export interface MermaidOptions {
  /** The most nodes to draw. A whole number from 1. Default 200. */
  readonly limit?: number
}

/**
 * A causal tree as a flowchart in the language of Mermaid (https://mermaid.js.org/syntax/flowchart.html):
 * a node for each event, and on each arrow how long after its cause it came.
 *
 * @throws ConfigurationError `CONFIGURATION` if an option is unknown or out of range, or `tree` is none.
 * @example
 * ```ts
 * console.log(traceToMermaid(await trace(log, fill.id)))
 * ```
 */
export function traceToMermaid(tree: CausalTree, options: MermaidOptions = {}): string {
  requireTree('traceToMermaid', tree)
  requireOptions('traceToMermaid', options, ['limit'])
  const { limit = 200 } = options
  requireInteger('limit', limit, 1)
  const lines = ['flowchart TD']
  const names = new Map<CausalNode | MissingCause, string>()
  let left = 0
  for (const step of walk(tree)) {
    if (names.size >= limit) left += 1
    else lines.push(...draw(step, names))
  }
  if (names.size === 0)
    lines.push(`  none["${quoted(`No event belongs to ${tree.correlationId}`)}"]`)
  if (left > 0 || tree.truncated) {
    const count = left === 0 ? '' : `${left} `
    lines.push(`  more["… ${count}more"]`)
  }
  return `${lines.join('\n')}\n`
}

/** The lines of a node, and of the arrow that leads to it. */
function draw(
  { node, cause, depth, parent }: CausalStep,
  names: Map<CausalNode | MissingCause, string>,
): string[] {
  const name = `n${names.size + 1}`
  names.set(node, name)
  const shape =
    'missing' in node
      ? `  ${name}(["${quoted(node.missing)}<br/>not in this chain"])`
      : `  ${name}["${quoted(node.event.type)}<br/>${quoted(node.event.source)} · ${timeOf(node.event)} · #35;${node.position}"]`
  if (depth === 0 || 'missing' in node) return [shape]
  const label =
    cause === undefined ? '' : `|"${afterText(node.event.timestamp - cause.event.timestamp)}"|`
  return [shape, `  ${names.get(parent!)!} -->${label} ${name}`]
}

/** What would end a quoted label, be read as markup, or as an entity. Mermaid writes these as `#35;`. */
const special = /["#&<>`\\|{}[\]()$%;*_~]/g

function quoted(text: string): string {
  return onOneLine(text).replaceAll(special, (character) => `#${character.charCodeAt(0)};`)
}
