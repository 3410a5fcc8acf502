import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allPrograms } from './snippet.ts'
import { compiled, ran, type SnippetReport, writePrograms } from './snippet-runner.ts'

const programs = allPrograms()
const files = [...new Set(programs.map(({ file }) => file))]
const written = writePrograms(programs)
afterAll(() => rmSync(written.folder, { recursive: true }))

let mistakes: string[] = []
let reports: SnippetReport[] = []
beforeAll(async () => {
  mistakes = await compiled(written)
  reports = await ran(written)
  for (const { name, ms } of reports.toSorted((a, b) => b.ms - a.ms).slice(0, 5))
    console.log(name, ms)
}, 120_000)

describe.each(files)('%s', (file) => {
  it('has code that compiles', () => {
    const own = mistakes.filter((mistake) => mistake.startsWith(`${file}:`))
    expect(own, own.join('\n')).toEqual([])
  })

  it('has code that runs, prints what it says, and ends', () => {
    const own = reports.filter(({ name }) => name === file)
    expect(own).toHaveLength(programs.filter((program) => program.file === file).length)
    const wrong = own.flatMap(({ problems }) => problems)
    expect(wrong, wrong.join('\n')).toEqual([])
  })
})
