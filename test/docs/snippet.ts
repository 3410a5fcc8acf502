import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One block of code: its lines as they stand in the file, without the stars of a doc comment. */
export interface Block {
  /** Line of the opening fence, from 1. */
  readonly line: number
  readonly lines: readonly string[]
  /** False below a comment that says so; it is compiled all the same. */
  readonly isRun: boolean
}

/** Blocks that are compiled and run as one program, each in a scope inside that of the one before it. */
export interface Program {
  /** Path from the root of the project. */
  readonly file: string
  readonly blocks: readonly Block[]
  /** Examples in doc comments leave out the imports from the doors. */
  readonly isDocComment: boolean
}

const fence = /^```(?:ts|typescript|js|javascript)\s*$/
const notRun = /^<!-- compiled, not run: .+ -->$/
const bySection = '<!-- each section is a program of its own -->'

/**
 * The programs of a page: one for the whole page, or one for each of its sections, whatever the rank of the
 * heading, where the page holds the comment that says so.
 */
export function programsOfPage(file: string, text = readFileSync(file, 'utf8')): Program[] {
  const lines = text.split('\n')
  const sections: Block[][] = [[]]
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at]!
    if (text.includes(bySection) && /^#+ /.test(line)) sections.push([])
    if (!line.startsWith('```')) continue
    const end = lines.indexOf('```', at + 1)
    if (end === -1) throw new Error(`${file}:${at + 1}: a block of code has no end.`)
    if (fence.test(line)) {
      const before = lines.slice(0, at).findLast((above) => above !== '') ?? ''
      const isRun = !notRun.test(before)
      sections.at(-1)!.push({ line: at + 1, lines: lines.slice(at + 1, end), isRun })
    }
    at = end
  }
  const programs = sections.filter((blocks) => blocks.length > 0)
  return programs.map((blocks) => ({ file, blocks, isDocComment: false }))
}

/** The programs in the doc comments of a source file: one for each block. */
export function programsOfSource(file: string, text = readFileSync(file, 'utf8')): Program[] {
  const programs: Program[] = []
  const lines = text.split('\n')
  const bare = lines.map((line) => /^ *\* ?(.*)$/.exec(line)?.[1])
  for (let at = 0; at < lines.length; at += 1) {
    if (!fence.test(bare[at] ?? '')) continue
    const end = bare.indexOf('```', at + 1)
    if (end === -1) throw new Error(`${file}:${at + 1}: a block of code has no end.`)
    const block = { line: at + 1, lines: bare.slice(at + 1, end) as string[], isRun: true }
    programs.push({ file, blocks: [block], isDocComment: true })
    at = end
  }
  return programs
}

/** All pages that a reader is shown code on, and all sources. */
export function allPrograms(): Program[] {
  const inFolder = (folder: string): string[] =>
    readdirSync(folder).map((name) => join(folder, name))
  const pages = [
    'README.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    'bench/README.md',
    'examples/README.md',
    ...inFolder('docs/guides'),
    ...inFolder('docs/decisions'),
  ].filter((name) => name.endsWith('.md'))
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join('src', name))
  return [
    ...pages.flatMap((page) => programsOfPage(page)),
    ...sources.toSorted().flatMap((source) => programsOfSource(source)),
  ]
}
