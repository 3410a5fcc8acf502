import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path/posix'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from '../support/architecture.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (path: string): string => readFileSync(`${root}${path}`, 'utf8')
const sources = globSync('src/**/*.ts', { cwd: root }).map((path) =>
  parse({ path, text: read(path) }),
)

interface Manifest {
  readonly version: string
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
}

/** Packages that are installed with tradewire, those that they need among them, by their names. */
function installed(): ReadonlyMap<string, Manifest> {
  const { dependencies } = JSON.parse(read('package.json')) as Required<Manifest>
  const found = new Map<string, Manifest>()
  const names = Object.keys(dependencies)
  for (let name = names.shift(); name !== undefined; name = names.shift()) {
    if (found.has(name)) continue
    const manifest = JSON.parse(read(`node_modules/${name}/package.json`)) as Manifest
    found.set(name, manifest)
    names.push(...Object.keys(manifest.dependencies ?? {}))
  }
  return found
}

/** The packages that a door loads. */
function packagesOf(door: string): string[] {
  const packages = new Set<string>()
  const seen = new Set([`src/${door}.ts`])
  for (const path of seen) {
    for (const { from } of sources.find((source) => source.path === path)!.imports) {
      if (from.startsWith('.')) seen.add(join(dirname(path), from))
      else if (!from.startsWith('node:')) packages.add(from.split('/')[0]!)
    }
  }
  return [...packages].toSorted()
}

/** What would make a connection, start a process, or run text as a program. */
const forbidden = /^node:(?:https?|http2|net|tls|dgram|dns|child_process|cluster|vm|inspector|repl)/
const running = /\beval\(|\bnew Function\b|\bfetch\(|\bnew WebSocket\(|\bXMLHttpRequest\b/

/** Source text without comments. */
const codeOf = (text: string): string =>
  text.replaceAll(/\/\*.*?\*\//gs, '').replaceAll(/^\s*\/\/.*$/gm, '')

describe('what SECURITY.md says of src', () => {
  it('holds: no connection, no process, no text that is run', () => {
    const imports = sources.flatMap((source) => source.imports.map(({ from }) => from))
    expect(imports.filter((from) => forbidden.test(from))).toEqual([])
    expect(imports.length).toBeGreaterThan(500)
    expect(
      sources.filter(({ text }) => running.test(codeOf(text))).map(({ path }) => path),
    ).toEqual([])
  })

  it('would be seen to be wrong', () => {
    expect(forbidden.test('node:http')).toBe(true)
    expect(forbidden.test('node:zlib')).toBe(false)
    expect(running.test(codeOf('const a = eval(text)'))).toBe(true)
    expect(running.test(codeOf('/** eval( */\n// fetch(\nconst a = retrieval(x)'))).toBe(false)
  })
})

describe('what SECURITY.md says of dependencies', () => {
  const all = installed()
  const page = read('SECURITY.md')

  it('holds: it names each of them, and none runs a script when it is installed', () => {
    for (const [name, { scripts = {} }] of all) {
      expect(page).toContain(`\`${name}\``)
      for (const script of ['preinstall', 'install', 'postinstall']) {
        expect({ name, ...scripts }).not.toHaveProperty(script)
      }
    }
    const own = JSON.parse(read('package.json')) as Manifest
    for (const script of ['preinstall', 'install', 'postinstall']) {
      expect(own.scripts).not.toHaveProperty(script)
    }
  })

  it.each([
    ['index', []],
    ['legacy', ['eventemitter3']],
    ['log', []],
    ['desk', []],
    ['handlers', ['lru-cache']],
    ['backtest', ['csv-parse', 'yauzl']],
  ])('holds: beside zod and decimal.js, %s loads %j', (door, packages) => {
    expect(packagesOf(door)).toEqual(['decimal.js', 'zod', ...packages].toSorted())
  })

  it('holds: tradewire names one version of each', () => {
    const { dependencies } = JSON.parse(read('package.json')) as Required<Manifest>
    for (const [name, version] of Object.entries(dependencies)) {
      expect(all.get(name)!.version).toBe(version)
    }
  })
})
