import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const pages = ['CONTRIBUTING.md', 'SECURITY.md', ...globSync('docs/decisions/*.md', { cwd: root })]
const folders = new Set(['src', 'test', 'docs', 'bench', 'examples', '.ci'])
const rooms = new Set(readdirSync(join(root, 'src')))
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>
}

/** What stands in backticks, code blocks left out. */
function codeOf(text: string): string[] {
  const prose = text.replaceAll(/^```.*?^```$/gms, '')
  return [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code!)
}

/**
 * The paths from the root, patterns among them, that a page names in backticks: those that begin with a
 * folder of the repository, and those that begin with a room of `src`, such as `bus/bus.ts`.
 */
function pathsOf(text: string): string[] {
  return codeOf(text).flatMap((code) => {
    const [first, ...rest] = code.split('/')
    if (rest.length === 0 || /[^\w./*{},-]/.test(code)) return []
    if (folders.has(first!)) return [code]
    return rooms.has(first!) && code.endsWith('.ts') ? [`src/${code}`] : []
  })
}

/** Where the relative links of a page lead to, from the root. */
function linksOf(page: string, text: string): string[] {
  return [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
    .map(([, target]) => target!)
    .filter((target) => !target.includes(':'))
    .map((target) => join(dirname(page), target))
}

/** What `npm run` is told to run. */
function scriptsOf(text: string): string[] {
  return [...text.matchAll(/\bnpm run ([\w:-]+)/g)].map(([, name]) => name!)
}

function isThere(path: string): boolean {
  return /[*{]/.test(path) ? globSync(path, { cwd: root }).length > 0 : existsSync(join(root, path))
}

describe.each(pages)('%s', (page) => {
  const text = readFileSync(join(root, page), 'utf8')

  it('names no path that does not exist', () => {
    expect(pathsOf(text).filter((path) => !isThere(path))).toEqual([])
  })

  it('has no relative link that leads nowhere', () => {
    expect(linksOf(page, text).filter((path) => !isThere(path))).toEqual([])
  })

  it('names no script that does not exist', () => {
    expect(scriptsOf(text).filter((name) => !Object.hasOwn(scripts, name))).toEqual([])
  })
})

describe('the map of CONTRIBUTING.md', () => {
  const map = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8')

  it('has every room and every door of src', () => {
    const there = [...rooms].filter((name) => !name.startsWith('tsconfig'))
    const missing = there.filter(
      (name) => !map.includes(name.endsWith('.ts') ? name : `\n  ${name}/ `),
    )
    expect(missing).toEqual([])
  })
})

describe('the paths of a page', () => {
  it('are found in prose, and not in code blocks', () => {
    const text = '`src/index.ts`, `bus/bus.ts`, `test/**/*.test.ts`\n```\n`src/no.ts`\n```\n`src/a`'
    expect(pathsOf(text)).toEqual(['src/index.ts', 'src/bus/bus.ts', 'test/**/*.test.ts', 'src/a'])
  })

  it('are no doors, commands, outputs and addresses', () => {
    expect(pathsOf('`tradewire/log` `npm run a/b` `out/x.html` `https://a/b` `desk/x`')).toEqual([])
  })

  it('are patterns, too', () => {
    expect(isThere('src/{bus,log}/*.ts')).toBe(true)
    expect(isThere('src/bus/*.rs')).toBe(false)
    expect(isThere('src/bus/no.ts')).toBe(false)
  })

  it('are where links lead to', () => {
    const text = '[a](../b.md#c) [d](https://e) [f](#g) [h](i.md "j")'
    expect(linksOf('docs/guides/a.md', text)).toEqual(['docs/b.md', 'docs/guides/i.md'])
    expect(scriptsOf('`npm run check:types` and npm run docs')).toEqual(['check:types', 'docs'])
  })
})
