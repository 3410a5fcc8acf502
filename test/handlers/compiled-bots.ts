import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
// Of its types alone: nothing runs it as it is.
import type { botsWith, misusesOf } from './decorated-bots.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const source = join(root, 'test/handlers/decorated-bots.ts')

/** The module of decorated classes. */
export interface DecoratedBots {
  readonly botsWith: typeof botsWith
  readonly misusesOf: typeof misusesOf
}

/** How each compiler makes JavaScript of decorators, each for one file alone. */
const compilers: Readonly<Record<string, (outDir: string) => readonly string[]>> = {
  tsc: (outDir) => [
    '--ignoreConfig',
    '--noResolve',
    '--noCheck',
    '--target',
    'ES2022',
    '--module',
    'ESNext',
    '--rootDir',
    dirname(source),
    '--outDir',
    outDir,
    source,
  ],
  esbuild: (outDir) => ['--target=es2022', '--format=esm', `--outdir=${outDir}`, source],
}

/** The compilers that decorators are tried with. */
export const compilerNames = Object.keys(compilers)

/** Compiles the decorated classes in a directory of its own, and loads them. */
export async function compiledBots(compiler: string): Promise<DecoratedBots> {
  const outDir = mkdtempSync(join(tmpdir(), 'tradewire-'))
  try {
    const binary = join(root, 'node_modules/.bin', compiler)
    await promisify(execFile)(binary, [...compilers[compiler]!(outDir)])
    const file = readdirSync(outDir).find((name) => name.endsWith('.js'))
    return (await import(pathToFileURL(join(outDir, file!)).href)) as DecoratedBots
  } finally {
    rmSync(outDir, { recursive: true })
  }
}
