import { parseArgs } from 'node:util'

const help = `Plays 20 years of the S&P 500 to a moving-average strategy, event by event.

Usage: npm start -- [options]

  --fast N   closes in the fast average, 1 to 999     (default 20)
  --slow N   closes in the slow average, up to 1000   (default 100)
  --report F where to write charts and trades, as HTML (default out/sp500.html)
  --help     this text`

/** What the main job is told. */
export interface Options {
  readonly fast: number
  readonly slow: number
  /** Where the report goes. */
  readonly report: string
}

/** The averages that the command line asks for. Prints and exits on --help and on nonsense. */
export function readOptions(): Options {
  try {
    const { values } = parseArgs({
      options: {
        fast: { type: 'string', default: '20' },
        slow: { type: 'string', default: '100' },
        report: { type: 'string', default: 'out/sp500.html' },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) {
      console.log(help)
      return process.exit(0)
    }
    const fast = wholeNumber('--fast', values.fast, 1, 999)
    const slow = wholeNumber('--slow', values.slow, fast + 1, 1000)
    return { fast, slow, report: values.report }
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    console.error('Try --help.')
    return process.exit(2)
  }
}

function wholeNumber(name: string, text: string, lowest: number, highest: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= lowest && value <= highest) return value
  throw new RangeError(
    `${name} must be a whole number from ${lowest} to ${highest}, but is '${text}'.`,
  )
}
