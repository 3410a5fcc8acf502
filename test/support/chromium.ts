import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium } from 'playwright-core'

const { env } = globalThis.process

/** Where Chromium is: `CHROMIUM`, or what Debian's package `chromium` installs; undefined if there is none. */
export const chromiumPath: string | undefined = env['CHROMIUM'] ?? found()

// A run that must show everything is not fine without it.
if (chromiumPath === undefined) {
  if (env['CI'] !== undefined) throw new Error('Chromium is missing: apt-get install chromium')
  console.log('Chromium is missing (apt-get install chromium): what needs a browser is not tested')
}

/** Runs `visit` in a browser of its own that never asks the network for anything by itself. */
export async function inChromium<Result>(
  visit: (context: BrowserContext) => Promise<Result>,
  options: Parameters<typeof chromium.launchPersistentContext>[1] = {},
): Promise<Result> {
  const profile = mkdtempSync(join(tmpdir(), 'tradewire-chromium-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath!,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
    ...options,
  })
  try {
    return await visit(context)
  } finally {
    await context.close()
    rmSync(profile, { recursive: true, force: true })
  }
}

function found(): string | undefined {
  try {
    return execFileSync('sh', ['-c', 'command -v chromium'], { encoding: 'utf8' }).trim()
  } catch {
    return undefined
  }
}
