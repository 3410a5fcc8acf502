import { concurrencies } from './delivery-queues.ts'
import type { WorkKind } from './delivery-work.ts'
import { handlerCounts } from './emitters.ts'
import { median } from './measure.ts'
import { type Result, targetTitle } from './results.ts'
import type { Group } from './scenario.ts'
import { type Target, verdict } from './targets.ts'

type Results = ReadonlyMap<string, Result>

/** How far the rounds of one row lie apart, in words. */
export function spreadOf(results: Results): string {
  const spreads = [...results.values()].flatMap((result) =>
    result.scenario.exact === true ? [] : [...result.rows.keys()].map((row) => result.spread(row)),
  )
  if (spreads.length === 0) return ''
  const worst = percent(Math.max(...spreads))
  return `Rounds spread around their median by ${percent(median(spreads))} in a typical row, ${worst} in the worst (half of the distance between the quartiles).`
}

/** Everything that was measured, as Markdown. */
export function tablesOf(results: Results, targets: readonly Target[]): string {
  const sections = [
    emitterTable(results, 'sync-distinct', 'emitSync, distinct handlers (and × eventemitter3)'),
    emitterTable(results, 'sync-alike', 'emitSync, closures of one function (and × eventemitter3)'),
    emitterTable(results, 'awaited-sync', 'Awaited emit, synchronous handlers (and × emittery)'),
    emitterTable(results, 'awaited-async', 'Awaited emit, asynchronous handlers (and × emittery)'),
    ...smallTables(results, (group) => group !== 'delivery' && group !== 'sustained'),
    queueTable(
      results,
      ['sync', 'async'],
      'ns',
      '10,000 items queued and worked off, no-op workers',
    ),
    queueTable(results, ['timer'], 'ms', '20 items for each of the workers, which take 1 ms'),
    ...smallTables(results, (group) => group === 'delivery' || group === 'sustained'),
    targetTable(targets),
  ]
  return sections.filter((section) => section !== '').join('\n\n')
}

/** Nanoseconds an event: candidates below each other, numbers of handlers beside each other. */
function emitterTable(results: Results, prefix: string, title: string): string {
  const ids = handlerCounts.map((count) => `${prefix}-${count}`)
  return comparison(results, ids, title)
}

/** Time of an item: candidates below each other, workers beside each other. */
function queueTable(
  results: Results,
  kinds: readonly WorkKind[],
  unit: 'ns' | 'ms',
  title: string,
): string {
  const ids = kinds.flatMap((kind) => concurrencies.map((count) => `queue-${kind}-${count}`))
  return comparison(results, ids, `${title}: ${unit} an item (and × fastq)`)
}

/** One scenario a column. */
function comparison(results: Results, ids: readonly string[], title: string): string {
  const columns = ids.flatMap((id) => results.get(id) ?? [])
  if (columns.length === 0) return ''
  const names = [...columns[0]!.rows.keys()]
  const cells = (name: string): string[] =>
    columns.map((result) => {
      const { reference, unit } = result.scenario
      const ratio = result.ratio(name, reference!)
      const value = result.value(name)
      const text = unit === 'ns' ? nanoseconds(value) : value.toFixed(3)
      return `${text} (${ratio.toFixed(2)})`
    })
  return table(
    title,
    ['', ...columns.map(({ scenario }) => scenario.compared!)],
    names.map((name) => [name, ...cells(name)]),
  )
}

/** A table for each scenario that shares none, and has not been skipped. */
function smallTables(results: Results, wanted: (group: Group) => boolean): string[] {
  return [...results.values()]
    .filter(({ scenario, rows }) => scenario.compared === undefined && rows.size > 0)
    .filter(({ scenario }) => wanted(scenario.group))
    .map(smallTable)
}

function smallTable(result: Result): string {
  const { scenario, rows } = result
  const { reference } = scenario
  const header = ['', scenario.unit, ...(reference === undefined ? [] : [`× ${reference}`])]
  const lines = [...rows.keys()].map((name) => {
    const value = result.value(name)
    const text = scenario.unit === 'ns' ? nanoseconds(value) : significant(value)
    return [
      name,
      text,
      ...(reference === undefined ? [] : [result.ratio(name, reference).toFixed(2)]),
    ]
  })
  return table(scenario.title, header, lines)
}

function targetTable(targets: readonly Target[]): string {
  const lines = targets.map((target) => {
    const { what, kind, limit, unit, measured } = target
    return [what, `${kind} ${limit} ${unit}`, significant(measured), verdict(target)]
  })
  return lines.length === 0 ? '' : table(targetTitle, ['', 'target', 'measured', ''], lines)
}

function table(
  title: string,
  header: readonly string[],
  lines: readonly (readonly string[])[],
): string {
  const rule = header.map((_, column) => (column === 0 ? '---' : '---:'))
  const rows = [header, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`)
  return `### ${title}\n\n${rows.join('\n')}`
}

function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`
}

function nanoseconds(value: number): string {
  return value < 100 ? value.toFixed(1) : value.toFixed(0)
}

function significant(value: number): string {
  if (value >= 100) return value.toFixed(0)
  return Number.isInteger(value) ? String(value) : value.toFixed(2)
}
