import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A test that fails: the second fill is of another price. `test` is what the runner has. */
const failing = (imports: string): string => `${imports}
import { expectEvents, payloadOf, testBus } from ${JSON.stringify(`${root}src/testing.ts`)}

test('fills', async () => {
  const { bus } = testBus()
  await bus.emit('order.placed', payloadOf('order.placed'))
  await bus.emit('order.filled', payloadOf('order.filled', { lastPrice: '99.50' }))
  expectEvents(bus).toMatch(['order.placed', ['order.filled', { lastPrice: '100' }]])
})
`

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tradewire-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

/** Runs a program of Node to its end, which is to be a failure, and returns all that it has printed. */
function printedBy(args: readonly string[]): Promise<string> {
  const { NODE_TEST_CONTEXT: _, VITEST: __, ...env } = process.env
  return new Promise((resolve, reject) => {
    const options = { cwd: folder, env: { ...env, NO_COLOR: '1', FORCE_COLOR: '0' } }
    execFile(process.execPath, args, options, (error, output, errors) => {
      if (error === null) reject(new Error(`It has not failed:\n${output}`))
      else resolve(`${output}${errors}`)
    })
  })
}

/** What the message says, whoever prints it. */
const message = [
  '2 events of * came, 2 expected; the first difference is at 2.',
  '> 2 ✗ order.filled { lastPrice: 99.5 } │ order.filled { lastPrice: 100 }',
  'data.lastPrice is 99.5, expected 100',
]

describe('a failing test', () => {
  it('shows the difference in node --test', async () => {
    const file = join(folder, 'fills.test.ts')
    writeFileSync(file, failing("import { test } from 'node:test'"))
    const printed = await printedBy(['--test', '--test-reporter=spec', file])
    for (const line of message) expect(printed).toContain(line)
    expect(printed).toMatch(/AssertionError/)
    expect(printed).toContain("actual: [ 'order.placed', 'order.filled { lastPrice: 99.5 }' ]")
    expect(printed).toContain("expected: [ 'order.placed', 'order.filled { lastPrice: 100 }' ]")
    expect(printed).toContain('fills.test.ts:8:')
  })

  it('shows the difference in the TAP of node --test', async () => {
    const file = join(folder, 'fills.test.ts')
    writeFileSync(file, failing("import { test } from 'node:test'"))
    const printed = await printedBy(['--test', '--test-reporter=tap', file])
    expect(printed).toContain("operator: 'toMatch'")
    expect(printed).toMatch(
      /expected:\n\s+0: 'order\.placed'\n\s+1: 'order\.filled \{ lastPrice: 100 \}'/,
    )
    expect(printed).toMatch(
      /actual:\n\s+0: 'order\.placed'\n\s+1: 'order\.filled \{ lastPrice: 99\.5 \}'/,
    )
  })

  it('shows the difference in vitest', async () => {
    const file = join(folder, 'fills.test.ts')
    writeFileSync(file, failing(''))
    const vitest = join(root, 'node_modules/vitest/vitest.mjs')
    const printed = await printedBy([vitest, 'run', '--root', folder, '--globals'])
    for (const line of message) expect(printed).toContain(line)
    expect(printed).toMatch(/-\s+"order\.filled \{ lastPrice: 100 \}"/)
    expect(printed).toMatch(/\+\s+"order\.filled \{ lastPrice: 99\.5 \}"/)
    expect(printed).toContain('fills.test.ts:8:21')
  })
})
