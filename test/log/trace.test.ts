import { createBus, SimulatedClock, type TradewireEvent } from 'tradewire'
import { type EventLog, memoryLog } from 'tradewire/log'
import { describe, expect, it } from 'vitest'
import type { EncodedEvent } from '../../src/events/encoding.ts'
import type { CausalNode, CausalTree, MissingCause } from '../../src/log/causal-tree.ts'
import { traceToMermaid } from '../../src/log/mermaid.ts'
import { printTrace } from '../../src/log/trace-print.ts'
import { trace } from '../../src/log/trace.ts'
import { appendAll, trade } from '../support/logged.ts'

const begin = 1_767_225_600_000

/** A tree as ids in brackets, `?` before one that is missing. */
function shapeOf(nodes: CausalTree['roots']): string {
  return nodes
    .map((node: CausalNode | MissingCause) => {
      const name = 'missing' in node ? `?${node.missing}` : node.event.id
      return node.children.length === 0 ? name : `${name}(${shapeOf(node.children)})`
    })
    .join(' ')
}

/** An event of the chain `run-1`, 10 ms after the one before it. */
function link(
  sequence: number,
  cause: number | undefined,
  change: Partial<EncodedEvent> = {},
): EncodedEvent {
  return trade(sequence, {
    timestamp: begin + sequence * 10,
    correlationId: 'run-1',
    ...(cause === undefined ? {} : { causationId: `run-${cause}` }),
    ...change,
  })
}

async function treeOf(
  events: readonly EncodedEvent[],
  id = 'run-1',
  options?: Parameters<typeof trace>[2],
): Promise<CausalTree> {
  const log = memoryLog()
  await appendAll(log, events)
  return trace(log, id, options)
}

describe('trace', () => {
  it('finds what a bus has emitted because of what', async () => {
    const bus = createBus({ clock: new SimulatedClock({ start: begin }) })
    const emitted: TradewireEvent[] = []
    bus.on('*', (event) => void emitted.push(event))
    const message = 'x'
    const say = (cause?: TradewireEvent): Promise<TradewireEvent> =>
      bus.emit('system.warning', { timestamp: begin, message, code: 'a' }, { source: 'me', cause })
    const root = await say()
    await say()
    const child = await say(root)
    await say(child)
    await say(root)
    const log = memoryLog()
    await log.append(emitted)
    const [one, , three, four, five] = emitted.map(({ id }) => id)
    const tree = await trace(log, root.correlationId)
    expect(shapeOf(tree.roots)).toBe(`${one}(${three}(${four}) ${five})`)
    expect(tree).toMatchObject({ correlationId: one, events: 4, truncated: false })
    expect(tree.roots[0]).toMatchObject({ position: 1, event: { id: one } })
  })

  it('finds the beginning of a chain among many others, and alone', async () => {
    const others = Array.from({ length: 2_500 }, (_, index) => trade(index + 2))
    const tree = await treeOf([link(1, undefined), ...others, link(3_000, 1)])
    expect(shapeOf(tree.roots)).toBe('run-1(run-3000)')
    expect(shapeOf((await treeOf([trade(1), trade(2)])).roots)).toBe('run-1')
  })

  it('puts a placeholder where a cause is not in the log', async () => {
    const tree = await treeOf([link(3, 2), link(4, 2), link(5, 3), link(6, 9)])
    expect(shapeOf(tree.roots)).toBe('?run-2(run-3(run-5) run-4) ?run-9(run-6)')
    expect(tree.events).toBe(4)
  })

  it('finds chains that were given an id of their own', async () => {
    const own = { correlationId: 'order 7' }
    const tree = await treeOf([link(1, undefined, own), link(2, 1, own)], 'order 7')
    expect(shapeOf(tree.roots)).toBe('run-1(run-2)')
  })

  it('ends with causes that lead in a circle, or to themselves', async () => {
    const circle = [link(2, 4), link(3, 2), link(4, 3), link(5, 5), link(6, 3)]
    expect(shapeOf((await treeOf(circle)).roots)).toBe('run-2(run-3(run-4 run-6)) run-5')
    const late = [link(2, 5), link(3, 4), link(4, 5), link(5, 3)]
    expect(shapeOf((await treeOf(late)).roots)).toBe('run-3(run-5(run-2 run-4))')
    const backwards = Array.from({ length: 5_000 }, (_, index) => link(index + 2, index + 3))
    expect((await treeOf(backwards)).events).toBe(5_000)
  })

  it('puts what was recorded twice below its cause, and its consequences below the first', async () => {
    const tree = await treeOf([link(1, undefined), link(2, 1), link(2, 1), link(3, 2)])
    expect(shapeOf(tree.roots)).toBe('run-1(run-2(run-3) run-2)')
  })

  it('keeps events that the catalog does not know', async () => {
    const tree = await treeOf([link(1, undefined, { type: 'their.own', data: 5 }), link(2, 1)])
    expect(shapeOf(tree.roots)).toBe('run-1(run-2)')
  })

  it('takes as many as it may, and says that there are more', async () => {
    const events = [link(1, undefined), link(2, 1), link(3, 2), link(4, 3)]
    const tree = await treeOf(events, 'run-1', { limit: 3 })
    expect(tree).toMatchObject({ events: 3, truncated: true })
    expect(await treeOf(events, 'run-1', { limit: 4 })).toMatchObject({ truncated: false })
    expect(printTrace(tree)).toContain('… and more: only the first 3 events are shown.')
    expect(traceToMermaid(tree)).toContain('more["… more"]')
  })

  it('takes the id of any event of a chain', async () => {
    const events = [trade(9), link(1, undefined), link(2, 1), link(3, 2), trade(8)]
    for (const id of ['run-1', 'run-2', 'run-3']) {
      const tree = await treeOf(events, id)
      expect(shapeOf(tree.roots)).toBe('run-1(run-2(run-3))')
      expect(tree.correlationId).toBe('run-1')
    }
    const limited = await treeOf(events, 'run-3', { limit: 2 })
    expect(limited).toMatchObject({ events: 2, truncated: true })
    const own = { correlationId: 'order 7' }
    const named = await treeOf([link(1, undefined, own), link(2, 1, own)], 'run-2')
    expect(named).toMatchObject({ correlationId: 'order 7', events: 2 })
  })

  it('takes an id for that of a chain first', async () => {
    const events = [trade(1), link(2, 1), link(3, 2, { correlationId: 'run-2' })]
    expect(await treeOf(events, 'run-2')).toMatchObject({ correlationId: 'run-2', events: 1 })
  })

  it('finds nothing where there is nothing', async () => {
    const tree = await treeOf([trade(1)], 'run-\u001b7')
    expect(tree).toMatchObject({ events: 0, roots: [] })
    expect(printTrace(tree)).toBe('No event belongs to run-\\u001b7.')
    expect(traceToMermaid(tree)).toBe(
      'flowchart TD\n  none["No event belongs to run-#92;u001b7"]\n',
    )
  })

  it.each<object[]>([[{ limit: 0 }], [{ limits: 1 }]])(
    'refuses the options %j',
    async (options) => {
      await expect(trace(memoryLog(), 'a', options)).rejects.toMatchObject({
        code: 'CONFIGURATION',
      })
    },
  )

  it('refuses what is no log', async () => {
    const promised = Promise.resolve(memoryLog())
    await expect(trace(promised as unknown as EventLog, 'a')).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message:
        'trace takes an EventLog, as openLog() and memoryLog() make it, but was given a Promise. Is the await missing?',
    })
    await expect(trace(undefined as unknown as EventLog, 'a')).rejects.toThrow(
      'but was given undefined.',
    )
  })

  it('refuses an empty id, and ends when its signal aborts', async () => {
    await expect(trace(memoryLog(), '')).rejects.toMatchObject({ code: 'CONFIGURATION' })
    const reason = new Error('enough')
    const signal = AbortSignal.abort(reason)
    await expect(trace(memoryLog(), 'a', { signal })).rejects.toBe(reason)
  })
})

describe('printTrace', () => {
  it('says who has emitted what when because of what', async () => {
    const order = { symbol: 'BTCUSDT', orderId: '7', price: '1.5', reason: '' }
    const tree = await treeOf([
      link(1, undefined, { type: 'order.submitted', source: 'desk', data: order }),
      link(2, 1, { type: 'order.placed', source: 'gateway', data: { orderId: 7 } }),
      link(3, 2, {
        type: 'order.filled',
        source: 'gateway',
        data: null,
        timestamp: begin + 20.0625,
      }),
      link(4, 1, { type: 'risk.alert', source: 'risk', data: 'text', timestamp: begin }),
      link(5, 9, { timestamp: 1e17, data: {} }),
    ])
    expect(printTrace(tree).split('\n')).toEqual([
      'order.submitted  desk  2026-01-01T00:00:00.010Z  #1  symbol=BTCUSDT orderId=7',
      '├─ order.placed  gateway  +10 ms  #2  orderId=7',
      '│  └─ order.filled  gateway  +0.063 ms  #3',
      '└─ risk.alert  risk  -10 ms  #4',
      '(run-9 is not in this chain)',
      '└─ market.trade_tick  feed  100000000000000000 ms  #5',
    ])
  })

  it('escapes what controls a terminal, and cuts long values', async () => {
    const evil = 'a\u001b[2J\n\u202e\u0085'
    const tree = await treeOf([
      link(1, undefined, {
        source: evil,
        type: evil,
        data: { orderId: evil, reason: 'x'.repeat(70) },
      }),
    ])
    const safe = 'a\\u001b[2J\\u000a\\u202e\\u0085'
    expect(printTrace(tree)).toBe(
      `${safe}  ${safe}  2026-01-01T00:00:00.010Z  #1  orderId=${safe} reason=${'x'.repeat(60)}…`,
    )
  })

  it.each([
    [-0.000_1, '+0 ms'],
    [3.206_25, '+3.206 ms'],
    [-999.999, '-999.999 ms'],
    [999.999_9, '+1 s'],
    [-1_500, '-1.5 s'],
    [59_999.4, '+59.999 s'],
    [59_999.5, '+1 min'],
    [125_000, '+2 min 5 s'],
    [3_599_600, '+1 h'],
    [63_000_000, '+17 h 30 min'],
    [-86_399_999, '-1 d'],
    [183_600_000, '+2 d 3 h'],
  ])('writes %d ms as %s', async (after, text) => {
    const events = [link(1, undefined, { timestamp: 0 }), link(2, 1, { timestamp: after })]
    const tree = await treeOf(events)
    expect(printTrace(tree)).toContain(`  ${text}  #2`)
    expect(traceToMermaid(tree)).toContain(`|"${text}"|`)
  })

  it('says that one event of more is shown', async () => {
    const tree = await treeOf([link(1, undefined), link(2, 1)], 'run-1', { limit: 1 })
    expect(printTrace(tree)).toContain('… and more: only the first event is shown.')
  })

  it('refuses what is no tree, such as the promise of one', () => {
    const promised = Promise.resolve()
    for (const print of [printTrace, traceToMermaid]) {
      expect(() => print(undefined as unknown as CausalTree)).toThrow(
        `${print.name} takes the tree that trace() resolves to, but was given undefined. Is the await missing?`,
      )
      expect(() => print(promised as unknown as CausalTree)).toThrow('but was given a Promise')
    }
  })

  it('colours it if it is to', async () => {
    const tree = await treeOf([link(1, undefined)])
    expect(printTrace(tree, { colour: true })).toContain('\u001b[1mmarket.trade_tick\u001b[22m')
    expect(printTrace(tree, { colour: false })).not.toContain('\u001b')
    expect(() => printTrace(tree, { color: true } as object)).toThrow('no option "color"')
  })

  it('prints a chain of any depth, in bounded width', async () => {
    const events = Array.from({ length: 20_000 }, (_, index) =>
      link(index + 1, index === 0 ? undefined : index),
    )
    const lines = printTrace(await treeOf(events)).split('\n')
    expect(lines).toHaveLength(20_000)
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(250)
    expect(lines[40]).toContain('…40 ')
  })
})

/** The lines of a flowchart as this grammar has them; anything else is no flowchart. */
const label = '[^"\\u0000-\\u001f<>]*(?:<br/>[^"\\u0000-\\u001f<>]*)?'
const nodeLine = new RegExp(`^  (n\\d+|more|none)(?:\\["${label}"\\]|\\(\\["${label}"\\]\\))$`)
const arrowLine =
  /^ {2}n\d+ -->(?:\|"[+-][\d.e+-]+ (?:ms|s|min|h|d)(?: \d+ (?:s|min|h))?"\|)? n\d+$/

function expectFlowchart(text: string): void {
  const [head, ...lines] = text.trimEnd().split('\n')
  expect(head).toBe('flowchart TD')
  const known = new Set<string>()
  for (const line of lines) {
    const node = nodeLine.exec(line)
    if (node === null) {
      expect(line).toMatch(arrowLine)
      for (const name of line.match(/\bn\d+\b/g)!) expect(known.has(name)).toBe(true)
    } else known.add(node[1]!)
  }
}

describe('traceToMermaid', () => {
  it('draws a node for each event, and an arrow from each cause', async () => {
    const tree = await treeOf([link(1, undefined), link(2, 1), link(3, 2), link(5, 4)])
    const text = traceToMermaid(tree)
    expectFlowchart(text)
    expect(text.split('\n')).toEqual([
      'flowchart TD',
      '  n1["market.trade#95;tick<br/>feed · 2026-01-01T00:00:00.010Z · #35;1"]',
      '  n2["market.trade#95;tick<br/>feed · 2026-01-01T00:00:00.020Z · #35;2"]',
      '  n1 -->|"+10 ms"| n2',
      '  n3["market.trade#95;tick<br/>feed · 2026-01-01T00:00:00.030Z · #35;3"]',
      '  n2 -->|"+10 ms"| n3',
      '  n4(["run-4<br/>not in this chain"])',
      '  n5["market.trade#95;tick<br/>feed · 2026-01-01T00:00:00.050Z · #35;4"]',
      '  n4 --> n5',
      '',
    ])
  })

  it('stays a flowchart whatever events are called', async () => {
    const evil =
      '"]; click n1 "javascript:alert(1)"\n%%{init: {}}%% <b>&amp; `#` end\\ | ~~~ \u202e'
    const tree = await treeOf([
      link(1, undefined, { source: evil, type: `${evil}.x` }),
      link(2, undefined, { causationId: evil, source: '}])"' }),
    ])
    const text = traceToMermaid(tree)
    expectFlowchart(text)
    expect(text.trimEnd().split('\n')).toHaveLength(5)
  })

  it('draws as many as it may, and says how many more there are', async () => {
    const tree = await treeOf([link(1, undefined), link(2, 1), link(3, 1), link(4, 3)])
    const text = traceToMermaid(tree, { limit: 2 })
    expectFlowchart(text)
    expect(text).toContain('  more["… 2 more"]\n')
    expect(text).not.toContain('n3')
    expect(traceToMermaid(tree, { limit: 4 })).not.toContain('more')
    expect(() => traceToMermaid(tree, { limit: 0 })).toThrow('limit must be a whole number')
    expect(() => traceToMermaid(tree, { most: 1 } as object)).toThrow('no option "most"')
  })
})
