import { existsSync, globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import {
  anyTypes,
  badNames,
  busyDoors,
  circles,
  type Complaint,
  longFiles,
  nodeImports,
  type Parsed,
  parse,
  realTimeReaders,
  strayPackages,
  upwardImports,
  wildcardExports,
} from './support/architecture.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (path: string): string => readFileSync(`${root}${path}`, 'utf8')

const sources = globSync('**/*.ts', { cwd: `${root}src` })
  .map((path) => path.replaceAll('\\', '/'))
  .toSorted()
  .map((path) => parse({ path, text: read(`src/${path}`) }))

/** Sources that do not exist, to show that a rule can fail. */
function planted(files: Readonly<Record<string, string>>): Parsed[] {
  return Object.entries(files).map(([path, text]) => parse({ path, text }))
}

interface Rule {
  readonly name: string
  readonly check: (sources: readonly Parsed[]) => Complaint[]
  /** Sources that break the rule, and what is said of them. */
  readonly broken: Readonly<Record<string, string>>
  readonly complaints: readonly Complaint[]
}

const rules: readonly Rule[] = [
  {
    name: 'imports run strictly downwards, types included',
    check: upwardImports,
    broken: {
      'errors/a.ts': "import '../time/clock.ts'",
      'time/a.ts': "\nimport type { Bus } from '../bus/bus.ts'",
      'events/a.ts': "export type { Bus } from '../bus/bus.ts'",
      'delivery/a.ts': "type Bus = import('../bus/bus.ts').Bus",
      'bus/a.ts': "const legacy = import('../legacy/a.ts')",
      'legacy/a.ts': "import '../desk/a.ts'\nimport '../bus/bus.ts'",
      'log/a.ts': "import '../bus/bus.ts'\nimport '../events/catalog.ts'",
      'backtest/a.ts': "import '../cli/a.ts'",
      'cli/a.ts': "import '../index.ts'",
      'legacy.ts': "export { a } from './index.ts'",
    },
    complaints: [
      'src/errors/a.ts:1 errors must not import from time (../time/clock.ts)',
      'src/time/a.ts:2 time must not import from bus (../bus/bus.ts)',
      'src/events/a.ts:1 events must not import from bus (../bus/bus.ts)',
      'src/delivery/a.ts:1 delivery must not import from bus (../bus/bus.ts)',
      'src/bus/a.ts:1 bus must not import from legacy (../legacy/a.ts)',
      'src/legacy/a.ts:1 legacy must not import from desk (../desk/a.ts)',
      'src/log/a.ts:1 log must not import from bus (../bus/bus.ts)',
      'src/backtest/a.ts:1 backtest must not import from cli (../cli/a.ts)',
      'src/cli/a.ts:1 cli must not import from doors (../index.ts)',
      'src/legacy.ts:1 doors must not import from doors (./index.ts)',
    ],
  },
  {
    name: 'no import leads in a circle, types included',
    check: circles,
    broken: {
      'bus/a.ts': "import '../events/x.ts'\nimport type { B } from './b.ts'",
      'bus/b.ts': "export { c } from './c.ts'",
      'bus/c.ts': "\n\ntype A = import('./a.ts').A",
      'bus/d.ts': "import './a.ts'",
      'bus/e.ts': "import './e.ts'",
    },
    complaints: [
      'src/bus/a.ts:2 the import of ./b.ts leads back here',
      'src/bus/b.ts:1 the import of ./c.ts leads back here',
      'src/bus/c.ts:3 the import of ./a.ts leads back here',
      'src/bus/e.ts:1 the import of ./e.ts leads back here',
    ],
  },
  {
    name: 'zod and decimal.js are imported by events, eventemitter3 by legacy, and nothing else at all',
    check: strayPackages,
    broken: {
      'bus/a.ts': "import { z } from 'zod'\nimport { Decimal } from 'decimal.js'",
      'events/a.ts': "import { z } from 'zod'\nimport 'eventemitter3'",
      'legacy/a.ts': "import 'eventemitter3'\nimport 'lodash'",
    },
    complaints: [
      'src/bus/a.ts:1 zod is for src/events alone',
      'src/bus/a.ts:2 decimal.js is for src/events alone',
      'src/events/a.ts:2 eventemitter3 is for src/legacy alone',
      'src/legacy/a.ts:2 lodash is no package of ours',
    ],
  },
  {
    name: 'the core door reaches no import of Node',
    check: (all) => nodeImports(all, 'index.ts'),
    broken: {
      'index.ts': "export { a } from './bus/a.ts'",
      'bus/a.ts': "import '../time/b.ts'",
      'time/b.ts': "\nimport { hrtime } from 'node:process'",
      'log/file.ts': "import 'node:fs'",
    },
    complaints: ['src/time/b.ts:2 node:process is reachable from src/index.ts'],
  },
  {
    name: 'nothing but src/time reads real time or real randomness',
    check: realTimeReaders,
    broken: {
      'bus/a.ts': [
        '// Date.now() in a comment is no reader',
        "const text = 'setTimeout'",
        'const at = Date.now()',
        'const took = performance.now()',
        'setTimeout(() => {}, 5)',
        'const { setInterval: every } = globalThis, now = globalThis.setImmediate',
        'const run = Math.random() + crypto.getRandomValues(bytes)',
        'const today = new Date()',
        'const then = new Date(0)',
        'const category = { performance: 1 }',
        'const schedule = setInterval',
      ].join('\n'),
      'time/a.ts': 'const at = Date.now()',
    },
    complaints: [
      'src/bus/a.ts:3 Date.now belongs into src/time',
      'src/bus/a.ts:4 performance belongs into src/time',
      'src/bus/a.ts:5 setTimeout belongs into src/time',
      'src/bus/a.ts:6 setInterval belongs into src/time',
      'src/bus/a.ts:6 globalThis.setImmediate belongs into src/time',
      'src/bus/a.ts:7 Math.random belongs into src/time',
      'src/bus/a.ts:7 crypto belongs into src/time',
      'src/bus/a.ts:8 new Date() belongs into src/time',
      'src/bus/a.ts:11 setInterval belongs into src/time',
    ],
  },
  {
    name: 'every export has a name',
    check: wildcardExports,
    broken: {
      'index.ts': "export { a } from './bus/a.ts'\nexport * from './bus/b.ts'",
      'bus/a.ts': "\nexport * as b from './b.ts'\nexport type * from './c.ts'",
    },
    complaints: [
      'src/index.ts:2 name what is exported, in place of *',
      'src/bus/a.ts:2 name what is exported, in place of *',
      'src/bus/a.ts:3 name what is exported, in place of *',
    ],
  },
  {
    name: 'a door holds nothing but names',
    check: busyDoors,
    broken: {
      'index.ts': "export { a } from './bus/a.ts'\nexport const b = 1",
      'legacy.ts': "import { a } from './bus/a.ts'\nexport { a }",
      'bus/a.ts': 'export const a = 1',
    },
    complaints: [
      'src/index.ts:2 a door holds nothing but export { … } from',
      'src/legacy.ts:1 a door holds nothing but export { … } from',
      'src/legacy.ts:2 a door holds nothing but export { … } from',
    ],
  },
  {
    name: 'no file is longer than 400 lines',
    check: longFiles,
    broken: { 'bus/a.ts': '\n'.repeat(400) + 'x\n', 'bus/b.ts': '\n'.repeat(399) + 'x\n' },
    complaints: ['src/bus/a.ts:401 401 lines are more than 400'],
  },
  {
    name: 'nothing is any',
    check: anyTypes,
    broken: {
      'bus/a.ts': "const a: any = 1\n// any comment\nconst b = 'any' as any\nconst c: any[] = [a]",
    },
    complaints: ['src/bus/a.ts:1 no any', 'src/bus/a.ts:3 no any', 'src/bus/a.ts:4 no any'],
  },
  {
    name: 'files are named in kebab-case by what they hold, in rooms of the plan',
    check: badNames,
    broken: {
      'bus/eventBus.ts': '',
      'bus/utils.ts': '',
      'bus/index.ts': '',
      'shared/a.ts': '',
      'bus/hot-path-2.ts': '',
    },
    complaints: [
      'src/bus/eventBus.ts:1 the name is no kebab-case',
      'src/bus/utils.ts:1 the name says nothing',
      'src/bus/index.ts:1 no inner barrel',
      'src/shared/a.ts:1 the room is not in the plan',
    ],
  },
]

/** The door that each public name leads to, in alphabetical order; `package.json` is none. */
function doorsOf(exported: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(exported)
    .filter((key) => key !== './package.json')
    .map((key) => (key === '.' ? 'src/index.ts' : `src/${key.slice(2)}.ts`))
    .toSorted()
}

interface Manifest {
  readonly exports: Readonly<Record<string, unknown>>
}

describe('src', () => {
  it('is found', () => {
    expect(sources.length).toBeGreaterThan(50)
    expect(sources.some(({ imports }) => imports.length > 10)).toBe(true)
  })

  for (const { name, check, broken, complaints } of rules) {
    it(`keeps the rule: ${name}`, () => {
      expect(check(sources)).toEqual([])
    })

    it(`would be told where it broke the rule: ${name}`, () => {
      expect(check(planted(broken))).toEqual(complaints)
    })
  }
})

describe('package.json', () => {
  const { exports: exported } = JSON.parse(read('package.json')) as Manifest
  const doors = sources.filter(({ path }) => !path.includes('/')).map(({ path }) => `src/${path}`)

  it('exports every door of src, and nothing else', () => {
    expect(doorsOf(exported)).toEqual(doors)
  })

  it('leads each name to the files that its door is compiled to', () => {
    for (const [key, target] of Object.entries(exported)) {
      if (key === './package.json') continue
      const name = key === '.' ? 'index' : key.slice(2)
      expect(target).toEqual({ types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` })
    }
  })

  it.runIf(existsSync(`${root}typedoc.json`))('has its doors documented, all of them', () => {
    const { entryPoints } = JSON.parse(read('typedoc.json')) as { readonly entryPoints: string[] }
    expect(entryPoints.toSorted()).toEqual(doors)
  })

  it('would be told of a door that is missing', () => {
    expect(doorsOf({ '.': {}, './log': {}, './package.json': '' })).not.toEqual(doors)
  })
})
