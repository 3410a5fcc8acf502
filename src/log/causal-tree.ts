import { describeValue } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { EncodedEvent } from '../events/encoding.ts'
import type { EncodedEntry } from './event-log.ts'

/** An event, and what was emitted because of it. */
export interface CausalNode {
  /** Where in the log it stands. */
  readonly position: number
  /** As it was written. */
  readonly event: EncodedEvent
  /** What it has caused, in the order of the log. */
  readonly children: readonly CausalNode[]
}

/** What stands for an event that is named as a cause, and is not in the chain. */
export interface MissingCause {
  /** The id of the event. */
  readonly missing: string
  /** What it has caused, in the order of the log. */
  readonly children: readonly CausalNode[]
}

/** The events of a causal chain, each below the one that caused it. */
export interface CausalTree {
  /** What they share. */
  readonly correlationId: string
  /** How many they are. */
  readonly events: number
  /** Whether there are more, which were left out. */
  readonly truncated: boolean
  /** What nothing in the chain has caused, in the order of the log; empty if there is no such chain. */
  readonly roots: readonly (CausalNode | MissingCause)[]
}

/** Where a walk has come. */
export interface CausalStep {
  readonly node: CausalNode | MissingCause
  /** The event that has caused it; undefined where that is not in the chain. */
  readonly cause: CausalNode | undefined
  /** What it stands below; undefined for a root. */
  readonly parent: CausalNode | MissingCause | undefined
  /** How many stand above it. */
  readonly depth: number
  /** Whether each of those above it but the root, and it itself, is the last of its siblings. */
  readonly last: readonly boolean[]
}

/** While the tree is built, children are added. */
interface OpenNode extends CausalNode {
  readonly children: OpenNode[]
}

/** The tree of a chain, whatever its events say of their causes: also of causes that lead in a circle. */
export function toCausalTree(
  correlationId: string,
  entries: readonly EncodedEntry[],
  truncated: boolean,
): CausalTree {
  const nodes = entries.map(({ position, event }): OpenNode => ({ position, event, children: [] }))
  const byId = new Map<string, OpenNode>()
  // Of two events with one id, such as after an import that was made twice, the first one has caused.
  for (const node of nodes) if (!byId.has(node.event.id)) byId.set(node.event.id, node)
  const roots: (OpenNode | { missing: string; children: OpenNode[] })[] = []
  const missing = new Map<string, OpenNode[]>()
  const begins = firstOfCircles(nodes, byId)
  for (const node of nodes) {
    const { causationId } = node.event
    const cause = causationId === undefined ? undefined : byId.get(causationId)
    if (causationId === undefined || begins.has(node)) roots.push(node)
    else if (cause !== undefined) cause.children.push(node)
    else if (missing.has(causationId)) missing.get(causationId)!.push(node)
    else {
      const children = [node]
      missing.set(causationId, children)
      roots.push({ missing: causationId, children })
    }
  }
  return { correlationId, events: nodes.length, truncated, roots }
}

/** Of every circle of causes the event that is first in the log: it is taken for the beginning. */
function firstOfCircles(
  nodes: readonly OpenNode[],
  byId: ReadonlyMap<string, OpenNode>,
): ReadonlySet<OpenNode> {
  const firsts = new Set<OpenNode>()
  const done = new Set<OpenNode>()
  const causeOf = ({ event }: OpenNode): OpenNode | undefined =>
    event.causationId === undefined ? undefined : byId.get(event.causationId)
  for (const node of nodes) {
    const path = new Set<OpenNode>()
    let cause: OpenNode | undefined = node
    while (cause !== undefined && !done.has(cause) && !path.has(cause)) {
      path.add(cause)
      cause = causeOf(cause)
    }
    if (cause !== undefined && path.has(cause)) {
      // What was taken before this one leads into the circle; the circle is the rest.
      const circle = [...path].slice([...path].indexOf(cause))
      firsts.add(circle.reduce((first, one) => (one.position < first.position ? one : first)))
    }
    for (const one of path) done.add(one)
  }
  return firsts
}

/** The nodes of a tree, each before what it has caused; a tree may be as deep as it wants. */
export function* walk({ roots }: CausalTree): Generator<CausalStep, void, void> {
  const open: CausalStep[] = roots
    .map((node): CausalStep => ({ node, cause: undefined, parent: undefined, depth: 0, last: [] }))
    .toReversed()
  for (let step = open.pop(); step !== undefined; step = open.pop()) {
    yield step
    const { node, depth, last } = step
    const cause = 'missing' in node ? undefined : node
    for (let index = node.children.length - 1; index >= 0; index -= 1) {
      const isLast = index === node.children.length - 1
      // Deeper than a reader can follow, nobody looks at what is drawn beside it.
      const lines = last.length < deepestDrawn ? [...last, isLast] : last
      open.push({ node: node.children[index]!, cause, parent: node, depth: depth + 1, last: lines })
    }
  }
}

/** Throws `CONFIGURATION` unless `value` is a tree: most often it is the promise of one. */
export function requireTree(name: string, value: unknown): void {
  if (Array.isArray((value as Partial<CausalTree> | null | undefined)?.roots)) return
  throw new ConfigurationError(
    `${name} takes the tree that trace() resolves to, but was given ${describeValue(value)}. Is the await missing?`,
  )
}

/** How many levels are drawn beside each other. */
export const deepestDrawn = 32
