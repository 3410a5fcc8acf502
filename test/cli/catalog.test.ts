import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { command, ended, start } from '../support/command-line.ts'
import { temporaryFolder } from '../support/logged.ts'

const manyKinds = 'test/reference/many-kinds.ts'
const door = pathToFileURL(resolve('src/index.ts')).href

/** A module of a user's, with this text. */
function moduleOf(text: string, name = 'events.mjs'): string {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, text)
  return path
}

const own = (name: string): string =>
  `import { defineEvents, z } from ${JSON.stringify(door)}
const made = (type) => defineEvents({ [type]: {
  description: 'Mine.', payload: z.strictObject({ a: z.string() }), example: { a: 'x' } } })
${name}`

const catalog = (...args: string[]): ReturnType<typeof command> => command(['catalog', ...args])
const listOf = (folder: string): string[] => readdirSync(folder).toSorted()

describe('tradewire catalog', { timeout: 120_000 }, () => {
  it('is in the help, with an example', async () => {
    expect((await command(['--help'])).output).toContain('\n  catalog ')
    const { code, output } = await catalog('--help')
    expect(code).toBe(0)
    expect(output).toMatch(/^Usage: tradewire catalog --format format \[options\]\n/)
    expect(output).toContain('Example:\n  tradewire catalog --format html')
  })

  it.each([
    [
      [],
      '--format is missing: json-schema, asyncapi, markdown, html. See tradewire catalog --help.',
    ],
    [['--format', 'htm'], 'There is no format "htm". Did you mean html?'],
    [['--format', 'constructor'], 'There is no format "constructor". Give json-schema,'],
    [['--format', 'html'], 'html is many files: give their folder with --out folder.'],
    [['--format', 'markdown'], 'markdown is many files: give their folder with --out folder.'],
    [['--format', 'html', '--out', 'a.json'], '--out "a.json" is the name of one. Give a folder.'],
    [['--format', 'html', '--out', 'a', '--api-version', '2'], '--api-version goes with --format'],
    [['--format', 'asyncapi', '--only', 'order.fillled'], 'Did you mean order.filled?'],
    [['--format', 'asyncapi', '--only', 'ordr.*'], 'Did you mean order.*?'],
    [['--format', 'asyncapi', '--only', 'zzzzzzzzz.*'], 'covers no event of the catalog. See'],
    [['--format', 'asyncapi', '--only', 'a..b'], '"a..b"'],
    [['--format', 'asyncapi', 'x'], '"x" is one argument too many.'],
    [['--format', 'asyncapi', '--module', './none.ts'], 'cannot be loaded: there is no such file.'],
    [['--format', 'asyncapi', '--export', 'a'], '--export needs the module that it is of'],
  ])('does not understand %j', async (args, message) => {
    const { code, output, errors } = await catalog(...args)
    expect({ code, output }).toEqual({ code: 2, output: '' })
    expect(errors).toContain(message)
  })

  it('writes one document of the trading events to the output', async () => {
    const schema = JSON.parse((await catalog('--format', 'json-schema')).output) as {
      title: string
      $defs: Record<string, unknown>
    }
    expect(schema.title).toBe('Trading events')
    expect(Object.keys(schema.$defs)).toContain('order.filled')
    const { code, output, errors } = await catalog('--format', 'asyncapi', '--title', 'My bot')
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    expect(JSON.parse(output)).toMatchObject({ asyncapi: '3.0.0', info: { title: 'My bot' } })
  })

  it('writes a schema for each event of a module to a folder, and one of all', async () => {
    const folder = join(temporaryFolder(), 'a', 'b')
    const given = ['--format', 'json-schema', '--module', manyKinds, '--out', folder]
    const { code, output, errors } = await catalog(...given)
    expect({ code, output }).toEqual({ code: 0, output: '' })
    expect(errors).toContain(`${listOf(folder).length - 1} files written to`)
    expect(listOf(folder)).toEqual(
      expect.arrayContaining(['catalog.json', 'action.name.start.schema.json']),
    )
    const all = JSON.parse(readFileSync(join(folder, 'catalog.json'), 'utf8')) as object
    expect(all).not.toHaveProperty('$defs')
    expect(all).toHaveProperty('title', 'Events')
  })

  it('writes Markdown and sites whose links lead to files', async () => {
    for (const format of ['markdown', 'html']) {
      const folder = join(temporaryFolder(), format)
      const given = ['--format', format, '--module', manyKinds, '--out', folder]
      expect((await catalog(...given)).code).toBe(0)
      const pages = listOf(folder).filter((name) => /\.(?:md|html)$/.test(name))
      expect(pages.length).toBeGreaterThan(40)
      for (const page of pages) {
        const text = readFileSync(join(folder, page), 'utf8')
        const links = [...text.matchAll(/\]\(([^)]+)\)|(?:href|src)="([^"#]+)"/g)]
        expect(links.length).toBeGreaterThan(0)
        for (const [, inMarkdown, inHTML] of links) {
          const path = join(folder, decodeURIComponent(inMarkdown ?? inHTML!))
          expect(() => readFileSync(path), `${page}: ${path}`).not.toThrow()
        }
      }
    }
  })

  it.each(['json-schema', 'asyncapi'])(
    'writes %s to a file whose name ends in .json',
    async (format) => {
      const path = join(temporaryFolder(), 'made', 'a.json')
      const given = ['--format', format]
      const { code, errors } = await catalog(...given, '--out', path)
      expect({ code, errors }).toEqual({
        code: 0,
        errors: `1 file written: ${JSON.stringify(path)}\n`,
      })
      const text = readFileSync(path, 'utf8')
      expect(text).toBe((await catalog(...given)).output)
      expect((await catalog(...given, '--out', path)).code).toBe(0)
      for (const other of ['{"name":"my-bot"}', 'null', 'no json']) {
        writeFileSync(path, other)
        const refused = await catalog(...given, '--out', path)
        expect(refused.code).toBe(2)
        expect(refused.errors).toContain('was not written by tradewire catalog with this format.')
        expect(readFileSync(path, 'utf8')).toBe(other)
      }
      expect((await catalog(...given, '--out', path, '--force')).code).toBe(0)
      expect(readFileSync(path, 'utf8')).toBe(text)
    },
  )

  it('says what stands in the way of such a file', async () => {
    const folder = join(temporaryFolder(), 'a.json')
    mkdirSync(folder)
    const { code, errors } = await catalog('--format', 'asyncapi', '--out', folder)
    expect(code).toBe(2)
    expect(errors).toContain('is a folder, not a file. See')
    const below = join(moduleOf(''), 'a.json')
    expect((await catalog('--format', 'asyncapi', '--out', below)).code).toBe(1)
  })

  it('gives the AsyncAPI document the version that was asked for', async () => {
    const version = async (...more: string[]): Promise<unknown> => {
      const { output } = await catalog('--format', 'asyncapi', ...more)
      return (JSON.parse(output) as { info: { version: string } }).info.version
    }
    expect(await version()).toBe('1.0.0')
    expect(await version('--api-version', '2.1')).toBe('2.1')
  })

  it('has own categories first, and only what the patterns cover', async () => {
    const types = async (...more: string[]): Promise<readonly string[]> => {
      const given = ['--format', 'json-schema', '--module', manyKinds, ...more]
      return Object.keys((JSON.parse((await catalog(...given)).output) as { $defs: object }).$defs)
    }
    const all = await types()
    expect(all[0]).toBe('action.{name}.start')
    expect(all.indexOf('market.new_bar')).toBe(all.length - 35)
    expect(await types('--only', 'signal.*', '--only', 'order.filled')).toEqual([
      'signal.changed',
      'signal.Changed',
      'order.filled',
    ])
    expect(await types('--only', 'action.**')).toEqual(['action.{name}.start'])
  })

  it('says which notes name no event of the catalog', async () => {
    const path = moduleOf(`import { tradingEvents, z } from ${JSON.stringify(door)}
      const kind = (before) => ({
        description: 'Mine.', payload: z.strictObject({}), example: {}, notes: { before } })
      export default tradingEvents.extend({
        'mine.first': kind(['mine.second', 'mine.wish.made', 'order.fillled', 'zzzzzzzzzz']),
        'mine.second': kind(['order.filled']),
        'mine.{any}.made': kind([]),
      })`)
    const given = ['--format', 'asyncapi', '--module', path, '--only', 'mine.*']
    const { code, errors } = await catalog(...given)
    expect(code).toBe(0)
    expect(errors.split('\n')).toEqual([
      'The notes of mine.first have "order.fillled" in before, which is no event of the catalog. Did you mean order.filled?',
      'The notes of mine.first have "zzzzzzzzzz" in before, which is no event of the catalog.',
      '',
    ])
  })

  it('writes again into a folder of its own, and removes what is left over', async () => {
    const folder = join(temporaryFolder(), 'out')
    await catalog('--format', 'html', '--out', folder)
    writeFileSync(join(folder, 'mine.txt'), 'mine')
    const { code } = await catalog('--format', 'asyncapi', '--out', folder)
    expect(code).toBe(0)
    expect(listOf(folder)).toEqual([
      '.tradewire-catalog.json',
      'asyncapi.json',
      'mine.txt',
      'schemas',
    ])
    expect(listOf(join(folder, 'schemas'))).toEqual([])
  })

  it('knows the files again of names that no file may have', async () => {
    const types = ['nul.x', `a.${'b'.repeat(250)}`, 'con.a/b']
    const path = moduleOf(
      own(
        types.map((type, n) => `const c${n} = made('${type}')`).join('\n') +
          '\nexport default c0.extend(Object.fromEntries([...c1.entries, ...c2.entries]))',
      ),
    )
    const folder = join(temporaryFolder(), 'out')
    await catalog('--format', 'json-schema', '--module', path, '--out', folder)
    const files = listOf(folder)
    expect(files).toHaveLength(5)
    expect(files).toContain('nul~.x.schema.json')
    for (const file of files) expect(file.length).toBeLessThan(180)
    await catalog('--format', 'asyncapi', '--out', folder)
    expect(listOf(folder)).toEqual(['.tradewire-catalog.json', 'asyncapi.json'])
  })

  it('refuses a folder that it has not written, unless it is forced', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'mine.txt'), 'mine')
    const given = ['--format', 'asyncapi', '--out', folder]
    const { code, errors } = await catalog(...given)
    expect(code).toBe(2)
    expect(errors).toContain('is not empty, and was not written by tradewire catalog')
    expect(listOf(folder)).toEqual(['mine.txt'])
    expect((await catalog(...given, '--force')).code).toBe(0)
    expect(listOf(folder)).toEqual(['.tradewire-catalog.json', 'asyncapi.json', 'mine.txt'])
  })

  it.each(['{', '5', '{"files":5}', 'null'])(
    'takes no list such as %s for its own',
    async (list) => {
      const folder = temporaryFolder()
      writeFileSync(join(folder, '.tradewire-catalog.json'), list)
      expect((await catalog('--format', 'asyncapi', '--out', folder)).code).toBe(2)
    },
  )

  it('neither writes over nor removes what is not its own in a folder that it has written', async () => {
    const folder = join(temporaryFolder(), 'out')
    expect((await catalog('--format', 'asyncapi', '--out', folder)).code).toBe(0)
    writeFileSync(join(folder, 'events.md'), 'mine')
    writeFileSync(join(folder, 'package.json'), '{}')
    const given = ['--format', 'markdown', '--out', folder]
    const { code, errors } = await catalog(...given)
    expect(code).toBe(2)
    expect(errors).toContain('is there, and was not written by tradewire catalog. Move it, or')
    expect(readFileSync(join(folder, 'events.md'), 'utf8')).toBe('mine')
    const list = JSON.stringify({ files: ['package.json', 'events.md'] })
    writeFileSync(join(folder, '.tradewire-catalog.json'), list)
    expect((await catalog(...given)).code).toBe(0)
    expect(readFileSync(join(folder, 'package.json'), 'utf8')).toBe('{}')
  })

  it('follows no link in the place of its folder of schemas', async () => {
    const home = temporaryFolder()
    const folder = join(home, 'out')
    mkdirSync(folder)
    mkdirSync(join(home, 'elsewhere'))
    symlinkSync(join(home, 'elsewhere'), join(folder, 'schemas'))
    const { code, errors } = await catalog('--format', 'html', '--out', folder, '--force')
    expect(code).toBe(2)
    expect(errors).toContain('is a link or a file. Remove it first. See')
    expect(listOf(join(home, 'elsewhere'))).toEqual([])
  })

  it('removes nothing outside of its folder, whatever the list says', async () => {
    const home = temporaryFolder()
    writeFileSync(join(home, 'mine.txt'), 'mine')
    const folder = join(home, 'out')
    mkdirSync(folder)
    const files = ['../mine.txt', join(home, 'mine.txt'), 'schemas/../../mine.txt', 5]
    writeFileSync(join(folder, '.tradewire-catalog.json'), JSON.stringify({ files }))
    expect((await catalog('--format', 'asyncapi', '--out', folder)).code).toBe(0)
    expect(readFileSync(join(home, 'mine.txt'), 'utf8')).toBe('mine')
  })

  it('refuses a file in the place of a folder', async () => {
    const path = moduleOf('')
    const { code, errors } = await catalog('--format', 'asyncapi', '--out', path)
    expect(code).toBe(2)
    expect(errors).toContain('is a file. --out takes a folder.')
  })
})

describe('tradewire catalog --module', { timeout: 120_000 }, () => {
  it.each([
    ["export default made('a.default'); export const other = made('a.other')", [], 'a.default'],
    ["export const mine = made('a.named'); export const same = mine", [], 'a.named'],
    [
      "export const one = made('a.one'); export const two = made('a.two')",
      ['--export', 'two'],
      'a.two',
    ],
  ])('finds the catalog of %s', async (text, more, type) => {
    const { output } = await catalog(
      '--format',
      'json-schema',
      '--module',
      moduleOf(own(text)),
      ...more,
    )
    expect(Object.keys((JSON.parse(output) as { $defs: object }).$defs)).toEqual([type])
  })

  it.each([
    ['export const a = 1', [], 'exports no catalog. Export one that is made by'],
    ['export const a = { entries: new Map([[1, {}]]), extend() {} }', [], 'exports no catalog.'],
    ['export default null', [], 'exports no catalog.'],
    ["export const a = made('a.a'), b = made('a.b')", [], 'exports several catalogs: a, b. Choose'],
    ["export const a = made('a.a')", ['--export', 'b'], 'as "b", but that is undefined.'],
    ["throw new Error('no luck')", [], 'cannot be loaded: no luck'],
    ['throw 5', [], 'cannot be loaded: it throws 5'],
    ['export const a = ;', [], 'cannot be loaded: '],
  ])('says what is wrong with %s', async (text, more, message) => {
    const given = ['--format', 'asyncapi', '--module', moduleOf(own(text)), ...more]
    const { code, output, errors } = await catalog(...given)
    expect({ code, output }).toEqual({ code: 2, output: '' })
    expect(errors).toContain(message)
  })

  it.each([
    ['my-events.ts', 'export const a: number = 1', 'my-events.mts'],
    ['my-events.js', "import 'node:fs'", 'my-events.mjs'],
  ])('says how %s is read as a module in a package of CommonJS', async (name, text, another) => {
    const path = moduleOf(text, name)
    writeFileSync(join(path, '..', 'package.json'), '{"type":"commonjs"}')
    const { code, errors } = await ended(
      start(['catalog', '--format', 'asyncapi', '--module', path]),
    )
    expect(code).toBe(2)
    expect(errors).toContain(
      `Node reads ${JSON.stringify(path)} as CommonJS. Add "type": "module" to its package.json, or name it ${another}. See tradewire catalog --help.`,
    )
  })

  it.each([
    ['bad.mts', 'export const a = 1\nexport const b: = ;\n', ':2: Unexpected token'],
    ['named.mjs', "\nimport { none } from 'node:fs'", ':2: The requested module'],
  ])('says in which line of %s the syntax is wrong: %j', async (name, text, message) => {
    const path = moduleOf(text, name)
    const { code, errors } = await ended(
      start(['catalog', '--format', 'asyncapi', '--module', path]),
    )
    expect(code).toBe(2)
    expect(errors).toContain(`cannot be loaded: ${path}${message}`)
  })

  it.each(["import './other.mjs'", 'const a = ;'])(
    'says how to find what Node says: %s',
    async (text) => {
      const path = moduleOf(text)
      writeFileSync(join(path, '..', 'other.mjs'), 'const a = ;')
      const { errors } = await ended(start(['catalog', '--format', 'asyncapi', '--module', path]))
      expect(errors).toContain("Unexpected token ';' (node --check tells the line). See tradewire")
    },
  )

  it('says which Node reads TypeScript where this one does not', async () => {
    const text = "throw Object.assign(new Error('.ts'), { code: 'ERR_UNKNOWN_FILE_EXTENSION' })"
    for (const [name, message] of [
      ['events.ts', `this Node (${process.version}) does not read TypeScript. Use Node 22.18 or`],
      ['events.mjs', 'cannot be loaded: .ts'],
    ] as const) {
      const { errors } = await catalog('--format', 'asyncapi', '--module', moduleOf(text, name))
      expect(errors).toContain(message)
    }
  })

  it('takes a catalog of another copy of the package', async () => {
    mkdirSync('test/types/scale', { recursive: true })
    const folder = mkdtempSync('test/types/scale/copy-')
    onTestFinished(() => rmSync(folder, { recursive: true }))
    cpSync('src', join(folder, 'src'), { recursive: true })
    const text = readFileSync(manyKinds, 'utf8').replace("'tradewire'", "'./src/index.ts'")
    const path = join(folder, 'events.ts')
    writeFileSync(path, text)
    const given = ['catalog', '--format', 'json-schema']
    const [copied, here] = await Promise.all([
      ended(start([...given, '--module', path])),
      catalog('--format', 'json-schema', '--module', manyKinds),
    ])
    expect(copied).toMatchObject({ code: 0, errors: here.errors })
    expect(copied.output).toBe(here.output)
  })
})
