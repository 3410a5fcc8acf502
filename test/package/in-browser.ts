import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inChromium } from '../support/chromium.ts'
import { serve } from './page-server.ts'
import { output, tool } from './tarball.ts'

export interface Visit {
  /** What the page has put into `visited`. */
  readonly seen: unknown
  /** What the browser says on its console, errors of the page, and what the policy did not let through. */
  readonly complaints: readonly string[]
}

/** Bundles a file of a project for browsers, as a user would, with no option that is about tradewire. */
export function bundled(folder: string, file: string): string {
  const options = [
    '--bundle',
    '--minify',
    '--format=esm',
    '--platform=browser',
    '--log-level=error',
  ]
  output(folder, tool('esbuild'), file, ...options, '--outfile=bundle.js')
  return readFileSync(join(folder, 'bundle.js'), 'utf8')
}

/** Opens a page with that script, under a Content-Security-Policy if there is one. */
export async function visited(script: string, policy?: string): Promise<Visit> {
  const server = await serve(script, policy)
  const complaints: string[] = []
  try {
    const seen = await inChromium(async (context) => {
      const page = await context.newPage()
      page.on('console', (message) => complaints.push(message.text()))
      page.on('pageerror', (error) => complaints.push(error.message))
      await page.addInitScript(() => {
        document.addEventListener('securitypolicyviolation', (event) => {
          console.error(`${event.violatedDirective} ${event.blockedURI}`)
        })
      })
      await page.goto(server.url)
      const seen = await page.evaluate(() => globalThis.visited)
      // What the browser complains of, it says in a task of its own, before the frame after the next.
      await page.evaluate(async () => {
        for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame)
      })
      return seen
    })
    return { seen, complaints }
  } finally {
    await server.close()
  }
}

declare global {
  /** What the page has seen, for the test that opens it. */
  var visited: Promise<object> | undefined
}
