/** The guides in the order in which a newcomer reads them, by file name. Others follow by name. */
const guides = [
  'quick-start',
  'semantics',
  'events',
  'delivery',
  'log',
  'log-file',
  'first-backtest',
  'live',
  'replay',
  'bots',
  'testing',
  'migrating',
  'performance',
  'security',
  'troubleshooting',
]

/** Compares two paths of guides, such as `guides/log`, by reading order. */
export function byReadingOrder(left: string, right: string): number {
  return place(left) - place(right) || (left < right ? -1 : 1)
}

function place(path: string): number {
  const index = guides.indexOf(path.replace(/^.*\//, ''))
  return index === -1 ? guides.length : index
}
