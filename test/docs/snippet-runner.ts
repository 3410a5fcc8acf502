import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import ts from 'typescript'
import { moduleOf } from './snippet-program.ts'
import type { Program } from './snippet.ts'
import { writeFiles } from './snippet-files.ts'

/** What pages encrypt with. */
const key = Buffer.alloc(32, 7).toString('base64')

const execute = promisify(execFile)

/** A program for the process that runs it. */
export interface SnippetJob {
  readonly name: string
  /** What is compiled. */
  readonly source: string
  /** What is run. */
  readonly file: string
  readonly limitMs: number
}

/** What came of a program: `path:line: what is wrong`, nothing if it is right. */
export interface SnippetReport {
  readonly name: string
  readonly problems: readonly string[]
  readonly ms: number
}

/** Modules of programs in a folder inside the project, so that they find its packages. */
export interface WrittenPrograms {
  readonly folder: string
  readonly jobs: readonly SnippetJob[]
}

/** Writes each program as a module. The caller removes the folder. */
export function writePrograms(programs: readonly Program[], limitMs = 5_000): WrittenPrograms {
  mkdirSync('out', { recursive: true })
  const folder = resolve(mkdtempSync('out/snippets-'))
  const jobs = programs.map((program) => {
    const name = program.file
    const module = `${name.replaceAll('/', '_')}.${program.blocks[0]!.line}.ts`
    const source = join(folder, module)
    const code = moduleOf(program)
    writeFileSync(source, code)
    return { name, source, file: runnable(source, code), limitMs }
  })
  return { folder, jobs }
}

/** Node runs TypeScript as it is, but for decorators. */
function runnable(source: string, code: string): string {
  if (!/^\s*@\w/m.test(code)) return source
  const { outputText } = ts.transpileModule(code, {
    fileName: source,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      inlineSourceMap: true,
      verbatimModuleSyntax: true,
    },
  })
  const file = source.replace(/ts$/, 'js')
  writeFileSync(file, outputText)
  return file
}

/** What the compiler says of programs, as `path:line: error`. */
export async function compiled({ folder, jobs }: WrittenPrograms): Promise<string[]> {
  const config = {
    extends: '../../tsconfig.json',
    compilerOptions: {
      noUnusedLocals: false,
      noUnusedParameters: false,
      // A page that shows a loop which is left at once, or a branch that never comes, is no mistake.
      allowUnreachableCode: true,
      paths: {
        tradewire: ['../../src/index.ts'],
        'tradewire/*': ['../../src/*.ts'],
      },
    },
    include: [],
    files: jobs.map(({ source }) => source),
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const { stdout } = await execute('tsc', ['-p', folder, '--pretty', 'false']).catch(
    (error: unknown) => error as { stdout: string },
  )
  const names = new Map(jobs.map(({ source, name }) => [source, name]))
  return stdout.split('\n').flatMap((line) => {
    const [, file = '', at, text] = /^(\S+\.ts)\((\d+),\d+\): (.*)$/.exec(line) ?? []
    const name = names.get(resolve(file))
    return name === undefined ? [] : [`${name}:${at}: ${text}`]
  })
}

/** Runs programs in two processes, each program in a folder of its own with the files that pages read. */
export async function ran({ jobs, folder }: WrittenPrograms): Promise<SnippetReport[]> {
  const files = mkdtempSync(join(tmpdir(), 'tradewire-'))
  try {
    await writeFiles(files)
    const halves = [0, 1].map((half) => jobs.filter((_, index) => index % 2 === half))
    const reports = await Promise.all(
      halves.map((half, index) => runAll(half, join(folder, `jobs-${index}.json`), files)),
    )
    return reports.flat()
  } finally {
    rmSync(files, { recursive: true })
  }
}

async function runAll(
  jobs: readonly SnippetJob[],
  jobsFile: string,
  files: string,
): Promise<SnippetReport[]> {
  writeFileSync(jobsFile, JSON.stringify(jobs))
  const child = fileURLToPath(new URL('snippet-child.ts', import.meta.url))
  const { stdout, stderr } = await execute(process.execPath, [child, jobsFile, files], {
    env: { ...process.env, SNIPPET_FILES: files, KEY: key, OLD_KEY: key },
    maxBuffer: 2 ** 26,
  }).catch((error: unknown) => error as { stdout: string; stderr: string })
  const reports = stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as SnippetReport)
  const next = jobs[reports.length]
  if (next !== undefined)
    reports.push({ name: next.name, problems: [`:?: ended the process. ${stderr}`], ms: 0 })
  return reports.map(({ name, problems, ms }) => ({
    name,
    ms,
    problems: problems.map((problem) => `${name}${problem}`),
  }))
}
