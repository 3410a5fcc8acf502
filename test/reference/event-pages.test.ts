import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineEvents, tradingEvents, z } from 'tradewire'
import { describe, expect, it, onTestFinished } from 'vitest'
import { encodedExample } from '../../src/reference/encoded-example.ts'
import { type EventPage, eventPages } from '../../src/reference/event-pages.ts'
import { catalog } from './many-kinds.ts'

const pages = eventPages(catalog)
const pageOf = (title: string): EventPage => pages.find((page) => page.title === title)!
const codeOf = ({ markdown }: EventPage, language: string): readonly string[] =>
  [...markdown.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(
    ([, code]) => code!,
  )

/** The rows of the tables of a page, as cells. A bar that is escaped ends none. */
function rowsOf({ markdown }: EventPage): readonly string[][] {
  return markdown
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.slice(2, -2).split(/ (?<!\\)\| /))
}

describe('eventPages', () => {
  it('has an overview, and a page for each event in the order of the catalog', () => {
    expect(pages.map(({ title }) => title)).toEqual(['Events', ...catalog.entries.keys()])
    expect(pages[0]).toMatchObject({ path: 'events.md', category: '' })
    expect(pageOf('order.filled')).toMatchObject({ path: 'order.filled.md', category: 'order' })
    const paths = pages.map(({ path }) => path.toLowerCase())
    expect(new Set(paths).size).toBe(pages.length)
    for (const { markdown } of pages) expect(markdown.match(/^# /gm)).toHaveLength(1)
  })

  it('says of an event all that is known', () => {
    const { markdown } = pageOf('order.filled')
    for (const text of [
      '# order.filled\n\nAn order was filled completely.\n',
      '- When: A fill has completed an order.',
      '- By: The paper broker, as `paper-broker`;',
      '| Constant | `EventType.ORDER_FILLED` |',
      '| Legacy name | `order_filled` |',
      '| Priority | high |',
      '| `lastPrice` | Decimal, as text in JSON | yes | Price of this fill, in quote currency. |',
      '| `fee.amount` | Decimal, as text in JSON | yes | How much, in units of `currency`;',
      "| `liquidity` | 'maker' \\| 'taker' | no |",
      '- `remainingQuantity` is 0.',
      '- After it: [`position.opened`](position.opened.md), ',
      '[order.filled.schema.json](schemas/order.filled.schema.json)',
    ]) {
      expect(markdown).toContain(text)
    }
  })

  it('shows the example as a whole event, which can be decoded', () => {
    for (const entry of catalog.entries.values()) {
      const [example, schema] = codeOf(pageOf(entry.name), 'json').map(
        (code) => JSON.parse(code) as Record<string, unknown>,
      )
      expect(example).toEqual(JSON.parse(JSON.stringify(encodedExample(entry))))
      expect(entry.decode(entry.name, example!['data'])).toEqual(entry.example)
      expect(schema).toHaveProperty('title', entry.name)
    }
  })

  it('has handlers that compile', { timeout: 120_000 }, () => {
    mkdirSync('test/types/scale', { recursive: true })
    const folder = mkdtempSync('test/types/scale/handlers-')
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const codes = pages.slice(1).map((page) => codeOf(page, 'ts'))
    expect(codes.every(({ length }) => length === 1)).toBe(true)
    const head = `import { createBus } from 'tradewire'
import { catalog } from '../../../reference/many-kinds.ts'
const bus = createBus({ catalog })\n`
    writeFileSync(join(folder, 'handlers.ts'), head + codes.join(''))
    const config = { extends: '../../../../tsconfig.json', include: [], files: ['handlers.ts'] }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
    const compile = (): string => execFileSync('tsc', ['-p', folder], { encoding: 'utf8' })
    expect(compile()).toBe('')
    writeFileSync(
      join(folder, 'handlers.ts'),
      `${head}bus.on('order.filled', ({ data }) => data.none)`,
    )
    expect(compile).toThrow('Command failed: tsc')
  })

  it.each([
    ['order.filled', 'data.symbol, data.tradeId'],
    ['market.quote_update', 'data.symbol, data.bidPrice.toFixed()'],
    ['action.{name}.start', "type, data['odd key|<i>']"],
    ['signal.changed', 'data.kind'],
    ['a/b.c:d', 'data'],
    ['signal.Changed', 'data.timestamp'],
  ])('reads a field of %s: %s', (type, shown) => {
    expect(codeOf(pageOf(type), 'ts')[0]).toContain(`  console.log(${shown})\n`)
  })

  it('keeps tables and text whole, whatever a description holds', () => {
    const page = pageOf('action.{name}.start')
    expect(page.markdown).toContain(
      'An action begins: `a|b`, &lt;b&gt;not bold&lt;/b&gt;, \\*not italic\\*, one \\` backtick.',
    )
    const rows = rowsOf(page)
    expect(rows.at(-1)).toEqual([
      '`odd key\\|<i>`',
      'text',
      'yes',
      'A \\| `b\\|c` &lt;script&gt; line two',
    ])
    for (const any of pages) {
      for (const cells of rowsOf(any)) expect([2, 4]).toContain(cells.length)
    }
  })

  it('fences code that holds backticks', () => {
    const strange = eventPages(
      defineEvents({
        'a.b': {
          description: 'Text.',
          payload: z.strictObject({ '`': z.string().describe('```'), 'x``': z.string() }),
          example: { '`': '```', 'x``': '' },
        },
      }),
    )
    expect(strange[1]!.markdown).toContain('| `` ` `` | text | yes | \\`\\`\\` |')
    expect(strange[1]!.markdown).toContain('| ``` x`` ``` |')
    expect(strange[1]!.markdown).toContain('````json\n')
  })

  it('has the notes of an author, with links to what the catalog has', () => {
    const { markdown } = pageOf('action.{name}.start')
    expect(markdown).toContain('- When: Somebody calls `start`.\n- By: the scheduler\n')
    expect(markdown).toContain('- It has a key.')
    expect(markdown).toContain('- Before it: [`order.filled`](order.filled.md), `nowhere.known`')
    expect(markdown).toContain('- After it: [`signal.changed`](signal.changed.md)')
    expect(pageOf('plan.{name}.made').markdown).not.toMatch(/When:|What holds|Before and after/)
  })

  it('lists a payload of several shapes in several tables', () => {
    const { markdown } = pageOf('signal.changed')
    expect(markdown).toContain("Where `kind` is `'entry'`:")
    expect(markdown).toContain("Where `kind` is `'exit'`:")
    expect(markdown).toContain('| Version | 3 |')
    expect(pageOf('a/b.c:d').markdown).toContain(
      'It has no fields with a name.\n\nIt is an object of number by name.\n',
    )
    const union = defineEvents({
      'a.b': {
        description: 'Either.',
        payload: z.union([z.strictObject({ a: z.string() }), z.strictObject({ b: z.string() })]),
        example: { a: '' },
      },
    })
    expect(eventPages(union)[1]!.markdown).toContain('Shape 2:')
  })

  it.each([
    ['levels', 'list of \\[Decimal, Decimal of 0 or more\\], as text in JSON'],
    ['some', "list (at least 1, at most 3) of ('a' \\| 'b')"],
    ['rest', '\\[text, …boolean\\]'],
    ['few', 'list (at least 2) of number'],
    ['legs', 'list of object'],
    ['legs[].price', 'Decimal, as text in JSON'],
    ['map', 'object of object by name'],
    ['map.*.size', 'whole number'],
    ['whole', 'whole number from 1,000'],
    ['small', 'number above 0 below 1'],
    ['upTo', 'number up to 5'],
    ['between', 'number from 0 to 9'],
    ['mail', 'text (email)'],
    ['code', 'text that matches ^\\[A-Z\\]\\{3\\}\\$'],
    ['filled', 'text that is not empty'],
    ['long', 'text of at least 5 characters'],
    ['short', 'text of at most 5 characters'],
    ['plain', 'text'],
    ['none', 'null'],
    ['five', '5'],
    ['either2', 'text or number'],
    ['anything', 'any JSON value'],
    ['maybe', 'Decimal or null, as text in JSON'],
    ['both', 'object'],
    ['mixed', 'text that is not empty and text of at most 5 characters'],
    ['json', 'text or list of the same again'],
    ['named', 'Decimal, as text in JSON'],
    ['both.b', 'text'],
    ['either', 'one of 2 objects'],
    ['big', 'bigint, as text in JSON'],
    ['set', 'Set, as array in JSON'],
    ['odd', 'Date, as text or number in JSON'],
    ['withDefault', "text; if absent in JSON, 'x'"],
  ])('says that %s is %s', (field, words) => {
    const row = rowsOf(pageOf('kinds.all')).find(([name]) => name === `\`${field}\``)
    expect(row![1]).toBe(words)
  })

  it('says which fields of a union belong to which of its objects', () => {
    const union = defineEvents({
      'a.b': {
        description: 'Why.',
        payload: z.strictObject({
          reason: z
            .discriminatedUnion('kind', [
              z.strictObject({
                symbol: z.string(),
                kind: z.literal('breakout'),
                level: z.number().describe('The price.'),
              }),
              z.strictObject({
                symbol: z.string(),
                kind: z.literal(['news', 'rumour']),
                headline: z.string().optional(),
              }),
              z.strictObject({ symbol: z.string(), kind: z.literal(5), level: z.string() }),
            ])
            .nullable(),
          mode: z.union([
            z.strictObject({ x: z.number() }),
            z.strictObject({ y: z.int() }),
            z.string(),
          ]),
          legs: z.array(
            z.union([
              z.strictObject({ x: z.number(), at: z.number() }),
              z.strictObject({ x: z.number(), y: z.number() }),
            ]),
          ),
        }),
        example: { reason: null, mode: 'a', legs: [] },
      },
    })
    expect(rowsOf(eventPages(union)[1]!).slice(-13)).toEqual([
      ['`reason`', 'one of 3 objects (by kind) or null', 'yes', ''],
      ['`reason.symbol`', 'text', 'yes', ''],
      ['`reason.kind`', "'breakout' \\| 'news' \\| 'rumour' \\| 5", 'yes', ''],
      ['`reason.level`', 'number', "if kind is 'breakout'", 'The price.'],
      ['`reason.headline`', 'text', "no; only if kind is 'news' or 'rumour'", ''],
      ['`reason.level`', 'text', 'if kind is 5', ''],
      ['`mode`', 'one of 2 objects or text', 'yes', ''],
      ['`mode.x`', 'number', 'if it has shape 1 of 2', ''],
      ['`mode.y`', 'whole number', 'if it has shape 2 of 2', ''],
      ['`legs`', 'list of (one of 2 objects)', 'yes', ''],
      ['`legs[].x`', 'number', 'yes', ''],
      ['`legs[].at`', 'number', 'if it has shape 1 of 2', ''],
      ['`legs[].y`', 'number', 'if it has shape 2 of 2', ''],
    ])
  })

  it('sees into a union in a union', () => {
    const shape = (name: string): z.ZodType<object> => z.strictObject({ [name]: z.string() })
    const nested = defineEvents({
      'a.b': {
        description: 'One of three.',
        payload: z.union([shape('a'), z.union([shape('b'), shape('constructor')])]),
        example: { a: '' },
      },
    })
    const { markdown } = eventPages(nested)[1]!
    for (const row of ['| `a` | text |', 'Shape 2:', '| `b` | text |', 'Shape 3:']) {
      expect(markdown).toContain(row)
    }
    expect(markdown).toContain('| `constructor` | text | yes |  |')
  })

  it('describes what holds itself once', () => {
    const rows = rowsOf(pageOf('plan.{name}.made'))
    expect(rows).toContainEqual(['`root.children`', 'list of the same again', 'yes', ''])
    expect(rowsOf(pageOf('tree.grown'))).toContainEqual([
      '`children`',
      'list of the same again',
      'yes',
      '',
    ])
  })

  it('draws the lives of orders and positions, if all of their events are there', () => {
    const [orders, positions] = codeOf(pages[0]!, 'mermaid')
    expect(orders).toMatch(/^stateDiagram-v2\n {2}state standing \{\n/)
    expect(orders).toContain(
      '\n    partly_filled --> partly_filled : order.partial_fill<br/>order.modified\n  }\n',
    )
    expect(orders).toContain('\n  [*] --> submitted : order.submitted\n')
    // Into the box of the states that an order stands in, and out of it.
    expect(orders).toContain('\n  submitted --> standing : order.placed\n')
    expect(orders).toContain('\n  standing --> cancelled : order.cancelled\n')
    expect(positions).toMatch(/^stateDiagram-v2\n {2}\[\*\] --> open : position\.opened\n/)
    expect(positions).toContain('  open --> open : position.updated<br/>position.pnl_update\n')
    const ours = tradingEvents.get('position.opened')
    const named = defineEvents({
      'order.filled': {
        description: 'Mine, which has the name of another one.',
        payload: z.strictObject({ tradeId: z.string() }),
        example: { tradeId: 'x' },
        legacyName: ours.legacyName,
      },
    })
    const [overview, page] = eventPages(named)
    expect(overview!.markdown).not.toContain('mermaid')
    expect(page!.markdown).not.toMatch(/EventType|When:|The venue's id/)
  })

  it('has an example of a failure that is an effect of another event', () => {
    const page = eventPages(tradingEvents).find(({ title }) => title === 'system.error')!
    const example = JSON.parse(codeOf(page, 'json')[0]!) as {
      id: string
      correlationId: string
      causationId: string
      data: { originalEvent: { id: string } }
    }
    const { id } = example.data.originalEvent
    expect(example.id).not.toBe(id)
    expect([example.causationId, example.correlationId]).toEqual([id, id])
    expect(page.markdown).toContain('## Before and after')
  })
})
