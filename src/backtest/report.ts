import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { requireText } from '../errors/checks.ts'
import { chartingText } from './report-charting.ts'
import { requireTexts } from './report-checks.ts'
import { reportData } from './report-data.ts'
import type { ReportInput } from './report-input.ts'
import { reportScript } from './report-script.ts'
import {
  cardsHtml,
  chartsHtml,
  figuresHtml,
  headerHtml,
  noticesHtml,
  runHtml,
  tradesHtml,
} from './report-sections.ts'
import { reportStyle } from './report-style.ts'
import { escapeHtml, scriptJson } from './report-text.ts'

/**
 * Writes the report of a run as one HTML page, see {@link reportHtml}. Folders that are missing are
 * made; a file that is there is replaced.
 *
 * @param path where to, such as `out/report.html`.
 * @throws ConfigurationError `CONFIGURATION` if the path, the title or a fact is no text.
 * @example
 * ```ts
 * await writeReport('out/report.html', { ...result, title: 'Momentum', currency: 'USD' })
 * ```
 */
export async function writeReport(path: string, input: ReportInput): Promise<void> {
  requireText('path', path)
  const page = reportHtml(input)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, page)
}

/**
 * The report of a run as one HTML page that needs nothing else: key figures, equity, drawdown and price
 * with entries and exits, trades, event counts, and what is known of the run. It opens from a file, asks
 * no other computer for anything, and its Content-Security-Policy lets no script run but its own two.
 *
 * The charts are drawn by TradingView Lightweight Charts, whose notice and licence the page carries.
 *
 * @throws ConfigurationError `CONFIGURATION` if the title or a fact is no text.
 * @example
 * ```ts
 * const result = await runBacktest({ sources, strategy })
 * const page = reportHtml({ ...result, title: 'Momentum', currency: 'USD' })
 * console.log(page.includes('<title>Momentum</title>')) // true
 * ```
 */
export function reportHtml(input: ReportInput): string {
  const { title, facts = {} } = input
  requireTexts(title, facts)
  const { script, license } = chartingText()
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policyFor([script, reportScript])}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${reportStyle}</style>
</head>
<body>
${headerHtml(input)}
<main>
${cardsHtml(input)}
${noticesHtml(input)}
${chartsHtml(input)}
${tradesHtml(input)}
${figuresHtml(input)}
${runHtml(input)}
</main>
${footerHtml(license)}
<script type="application/json" id="data">${scriptJson(reportData(input))}</script>
<script>${script}</script>
<script>${reportScript}</script>
</body>
</html>
`
}

/** Nothing is loaded from anywhere, and no script runs but those whose SHA-256 is named here. */
function policyFor(scripts: readonly string[]): string {
  const hashes = scripts.map(
    (script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  )
  return [
    "default-src 'none'",
    `script-src ${hashes.join(' ')}`,
    "style-src 'unsafe-inline'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
}

function footerHtml(license: string): string {
  return `<footer><p>Times are UTC. A figure tells its exact value when it is pointed at. Past results, and simulated ones, say nothing certain of the future.</p>
<p>Made with tradewire. Charts: TradingView Lightweight Charts™, Copyright © TradingView, Inc., <a href="https://www.tradingview.com/">https://www.tradingview.com/</a>, under the Apache License, Version 2.0.</p>
<details><summary>Licence of the charts</summary><pre>${escapeHtml(license)}</pre></details></footer>`
}
