// Code in pages and doc comments is what users copy. All of it is compiled, and run.
//
// - The blocks of a page are one program, in their order: what one declares or imports, those after it know. They may
//   declare a name again. A page that is looked up rather than read through says
//   `<!-- each section is a program of its own -->`; then each heading begins a new program.
// - Each example of a doc comment is a program of its own, and need not import what the doors export.
// - What a program uses and has not declared is made for it, if snippet-world.ts knows it: `bus`, `log`, `order`, …
//   Its working folder has the files of snippet-files.ts. There is no network: `fetch` and `WebSocket` are stand-ins.
// - It must end by itself, and leave nothing behind once its buses and logs are closed. A program that waits is sent
//   trades and fills of its order, and then SIGTERM.
// - `console.log(x) // text` must print the text, if that is one word or begins like a value (a digit, a quote, a
//   bracket); an expression with `// true`, a number or a text in quotes behind it must have that value.
// - A block below `<!-- compiled, not run: why -->` is only compiled.
import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allPrograms, programsOfPage, programsOfSource } from './snippet.ts'
import { compiled, ran, type SnippetReport, writePrograms } from './snippet-runner.ts'

/** Part of a path, to look at a few files only: `SNIPPETS=guides/log npx vitest …`. */
const only = process.env['SNIPPETS'] ?? ''
const all = allPrograms()
const programs = all.filter(({ file }) => file.includes(only))
const files = [...new Set(programs.map(({ file }) => file))]
const written = writePrograms(programs)
afterAll(() => rmSync(written.folder, { recursive: true }))

let mistakes: string[] = []
let reports: SnippetReport[] = []
beforeAll(async () => {
  mistakes = await compiled(written)
  reports = await ran(written)
}, 300_000)

describe('pages and doc comments', () => {
  const blocksIn = (isDocComment: boolean) =>
    all.filter((program) => program.isDocComment === isDocComment).flatMap((it) => it.blocks)

  it('have code that is found', () => {
    expect(all.map(({ file }) => file)).toEqual(
      expect.arrayContaining(['README.md', 'docs/guides/delivery.md', 'src/bus/bus.ts']),
    )
    expect(blocksIn(false).length).toBeGreaterThan(90)
    expect(blocksIn(true).length).toBeGreaterThan(60)
  })

  it('have no code that is not run but for what needs a venue', () => {
    expect(blocksIn(false).filter(({ isRun }) => !isRun).length).toBeLessThanOrEqual(3)
  })
})

describe.each(files)('%s', (file) => {
  it('has code that compiles', () => {
    const own = mistakes.filter((mistake) => mistake.startsWith(`${file}:`))
    expect(own.join('\n')).toBe('')
  })

  it('has code that runs, prints what it says, and ends', () => {
    const own = reports.filter(({ name }) => name === file)
    expect(own).toHaveLength(programs.filter((program) => program.file === file).length)
    const wrong = own.flatMap(({ problems }) => problems)
    expect(wrong.join('\n')).toBe('')
  })
})

/** What is said of a page with these blocks, and of a source with this example. */
async function saidOf(
  blocks: readonly string[],
  example = '',
  isCompiled = false,
): Promise<string[]> {
  const code = blocks.map((block) => `\`\`\`ts\n${block}\n\`\`\`\n`).join('\n')
  const stars = ['/**', ' * ```ts', ...example.split('\n').map((line) => ` * ${line}`), ' * ```']
  const trial = writePrograms(
    [
      ...programsOfPage('page.md', `# Page\n${code}`),
      ...programsOfSource('source.ts', stars.join('\n')),
    ],
    1_000,
  )
  try {
    const found = await ran(trial)
    const refused = isCompiled ? await compiled(trial) : []
    return [...refused, ...found.flatMap(({ problems }) => problems)]
  } finally {
    rmSync(trial.folder, { recursive: true })
  }
}

describe('the check of code', { timeout: 120_000 }, () => {
  it('takes a page as one program, and gives it what it takes for granted', async () => {
    const first = "import { Decimal } from 'tradewire'\n\nconst fee = new Decimal(2)"
    const later =
      "bus.on('order.filled', ({ data }) => data.lastPrice.plus(fee))\nconst twice = fee.times(2)"
    const last = 'const fee = twice.toFixed()\nconsole.log(fee) // 4'
    const example = "matchesPattern('a.*', 'a.b') // true"
    expect(await saidOf([first, later, last], example, true)).toEqual([])
  })

  it('sees a name that is misspelt, with its line, in a page and in a doc comment', async () => {
    const wrong = "bus.on('ordr.filled', () => count)"
    const example = "createBus().on('ordr.filled', () => {})"
    const said = await saidOf(['const count = 1', wrong], example, true)
    expect(said).toContainEqual(expect.stringMatching(/^page\.md:7: error TS/))
    expect(said).toContainEqual(expect.stringMatching(/^page\.md:7: UnknownEventError/))
    expect(said).toContainEqual(expect.stringMatching(/^source\.ts:3: error TS/))
  })

  it('sees what is printed otherwise, and what is never printed', async () => {
    const said = await saidOf([
      "console.log(1 + 1) // 3\nbus.once('order.filled', () => console.log('x')) // x\n1 + 1 // 3",
    ])
    expect(said).toEqual([
      'page.md:3: prints 2, not 3',
      'page.md:5: prints 2, not 3',
      'page.md:4: never prints x',
    ])
  })

  it('sees an error, and a rejection that nobody handles', async () => {
    expect(await saidOf(["throw new Error('broken')"])).toEqual(['page.md:3: Error: broken'])
    expect(await saidOf(["void Promise.reject(new Error('stray'))"])).toEqual([
      'page.md:?: unhandled rejection: Error: stray',
    ])
  })

  it('sees what never ends, and what is left behind', async () => {
    expect(await saidOf(['await new Promise(() => {})'])).toEqual([
      'page.md:?: does not end within 1000 ms',
    ])
    expect(await saidOf(['setInterval(() => {}, 1_000)'])).toEqual([
      'page.md:?: leaves something behind that keeps the process alive: Timeout',
    ])
  })

  it('only compiles what is said not to run', async () => {
    const page = '<!-- compiled, not run: needs a venue -->\n\n```ts\nthrow new Error(1)\n```\n'
    const trial = writePrograms(programsOfPage('page.md', page))
    const said = [await compiled(trial), await ran(trial)]
    rmSync(trial.folder, { recursive: true })
    expect(said).toMatchObject([[expect.stringContaining('page.md:4')], [{ problems: [] }]])
  })

  it('takes each section for itself where a page says so', () => {
    const page = '## A\n```ts\n1\n```\n## B\n```ts\n2\n```\n```sh\n3\n```\n'
    const bySection = `<!-- each section is a program of its own -->\n${page}`
    expect(programsOfPage('page.md', page).map(({ blocks }) => blocks.length)).toEqual([2])
    expect(programsOfPage('page.md', bySection).map(({ blocks }) => blocks.length)).toEqual([1, 1])
  })
})
