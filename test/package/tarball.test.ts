import { cpSync, existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { doors, manifest, root } from './doors.ts'
import { installed, output, type Project, tool } from './tarball.ts'

let project: Project
beforeAll(() => {
  project = installed()
  return project.remove
}, 300_000)

const node = process.execPath
const run = (file: string, ...parameters: readonly string[]): string =>
  output(project.folder, file, ...parameters)
const write = (name: string, text: string): void => writeFileSync(join(project.folder, name), text)

describe('the tarball', () => {
  it('holds what the sources are built to, what is said of it, and nothing else', () => {
    const sources = globSync('**/*.ts', { cwd: join(root, 'src') }).map((path) => path.slice(0, -3))
    const built = sources.flatMap((path) => {
      // Nobody imports what the command line is made of.
      return path.startsWith('cli/') ? [`${path}.js`] : [`${path}.js`, `${path}.d.ts`]
    })
    const papers = globSync(['*.md', 'docs/guides/*.md', 'bench/*.md', 'examples/**/*.{md,ts}'], {
      cwd: root,
      exclude: ['CONTRIBUTING.md', 'examples/run-all.ts'],
    })
    expect(project.tarball.files.map(({ path }) => path).toSorted()).toEqual(
      ['LICENSE', 'package.json', ...papers, ...built.map((path) => `dist/${path}`)].toSorted(),
    )
  })

  it('has what its pages lead to', () => {
    const home = join(project.folder, 'node_modules/tradewire')
    const pages = globSync('{.,docs/guides,bench,examples}/*.md', { cwd: home })
    expect(pages.length).toBeGreaterThan(15)
    const dead = pages.flatMap((page) => {
      const links = readFileSync(join(home, page), 'utf8').matchAll(/\]\(([^)#\s]+)[^)]*\)/g)
      const targets = [...links].map(([, target]) => target!).filter((to) => !to.includes(':'))
      const lost = targets.filter((target) => !existsSync(join(home, dirname(page), target)))
      return lost.map((target) => `${page}: ${target}`)
    })
    expect(dead).toEqual([])
  })

  it('is small', () => {
    expect(project.tarball.size).toBeLessThan(1_000_000)
    expect(project.tarball.unpackedSize).toBeLessThan(3_600_000)
  })

  it('runs nothing when it is installed', () => {
    const hooks = ['preinstall', 'install', 'postinstall', 'prepublish', 'preprepare', 'prepare']
    expect(hooks.filter((name) => name in manifest.scripts)).toEqual([])
    expect(existsSync(join(project.folder, 'node_modules/tradewire/binding.gyp'))).toBe(false)
  })

  it('brings the dependencies that package.json names, and theirs, alone', () => {
    const lock = readFileSync(join(project.folder, 'node_modules/.package-lock.json'), 'utf8')
    const { packages } = JSON.parse(lock) as {
      packages: Record<string, { hasInstallScript?: boolean }>
    }
    const names = Object.keys(packages).map((path) => path.replace('node_modules/', ''))
    expect(names).toEqual(expect.arrayContaining(Object.keys(manifest.dependencies)))
    expect(names.length).toBeLessThanOrEqual(14)
    expect(Object.values(packages).filter(({ hasInstallScript }) => hasInstallScript)).toEqual([])
  })
})

describe('an installed tradewire', () => {
  it.each(doors)('opens $name to import and to require, as one and the same', ({ name }) => {
    write(
      'both.cjs',
      `const required = require('${name}')
      import('${name}').then((imported) => {
        const names = Object.keys(imported)
        const same = names.filter((key) => imported[key] === required[key])
        console.log(JSON.stringify({ names, same }))
      })`,
    )
    const { names, same } = JSON.parse(run(node, 'both.cjs')) as Record<string, string[]>
    expect(same).toEqual(names)
    expect(names).not.toEqual([])
  })

  it.each(['02-typed-handlers.ts', '11-test-a-strategy.ts'])('runs its example %s', (example) => {
    cpSync(
      join(project.folder, 'node_modules/tradewire/examples'),
      join(project.folder, 'examples'),
      { recursive: true },
    )
    expect(run(node, `examples/${example}`)).not.toBe('')
  })

  it('refuses what is behind its doors', () => {
    write('inside.mjs', `import 'tradewire/dist/bus/bus.js'`)
    expect(() => run(node, 'inside.mjs')).toThrow('ERR_PACKAGE_PATH_NOT_EXPORTED')
  })

  it('runs a bot that comes in through every door', () => {
    const rows = ['2026-01-02,100,101,99,100,10', '2026-01-03,101,103,100,102,10']
    write('bars.csv', `time,open,high,low,close,volume\n${rows.join('\n')}\n`)
    expect(JSON.parse(run(node, 'bot.ts'))).toMatchObject({
      live: {
        refused: 'EVENT_INVALID',
        strength: 0.25,
        oldPrice: '61659.70000000000000000001',
        logged: ['signal.entry', 'order.filled'],
      },
      backtest: { fills: 1, equity: '1002' },
      tested: { failures: ['Error: a tick is 0.5'] },
    })
    expect(readFileSync(join(project.folder, 'report.html'), 'utf8')).toContain('From a tarball')
  })

  it('has a command', () => {
    expect(run('npx', '--no-install', 'tradewire', '--version').trim()).toBe(manifest.version)
    expect(run('npx', '--no-install', 'tradewire', '--help')).toContain('Usage')
  })
})

describe('the types of an installed tradewire', () => {
  const inNode = {
    strict: true,
    skipLibCheck: false,
    target: 'ES2024',
    lib: ['ES2024', 'ESNext.Disposable'],
    types: ['node'],
    module: 'nodenext',
    noEmit: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    verbatimModuleSyntax: true,
  }
  const bundled = { ...inNode, module: 'esnext', moduleResolution: 'bundler' }
  const inBrowser = { ...bundled, lib: ['ES2024', 'ESNext.Disposable', 'DOM'], types: [] }

  it.each([
    ['a bot, by TypeScript 7', 'tsc', inNode, 'bot.ts'],
    ['a bot for a bundler, by TypeScript 7', 'tsc', bundled, 'bot.ts'],
    ['a bot, by TypeScript 6', 'tsc6', inNode, 'bot.ts'],
    ['a page without the types of Node, by TypeScript 7', 'tsc', inBrowser, 'page.ts'],
  ])('fit %s', { timeout: 120_000 }, (_, compiler, compilerOptions, file) => {
    write('tsconfig.json', JSON.stringify({ compilerOptions, files: [file] }))
    expect(compiled(compiler)).toBe('')
  })

  it('find a mistake', () => {
    write(
      'wrong.ts',
      `import { createBus } from 'tradewire'\ncreateBus().on('order.fild', () => {})\n`,
    )
    write('tsconfig.json', JSON.stringify({ compilerOptions: inNode, files: ['wrong.ts'] }))
    expect(compiled('tsc')).toContain('wrong.ts(2,16)')
  })
})

/** What a compiler says of the project. */
function compiled(compiler: string): string {
  try {
    return run(tool(compiler), '--pretty', 'false')
  } catch (error) {
    return (error as Error).message
  }
}
