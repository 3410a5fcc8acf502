import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath } from '../support/chromium.ts'
import { bundled, visited } from './in-browser.ts'
import { installed, type Project } from './tarball.ts'

let project: Project
let script: string
beforeAll(() => {
  project = installed()
  script = bundled(project.folder, 'page.ts')
  return project.remove
}, 300_000)

/** What the page is to see, wherever it runs. */
const expected = {
  prices: ['61659.70000000000000000001'],
  oldPrice: '61659.70000000000000000001',
  sequence: 1,
  named: true,
  refusals: ['EVENT_INVALID', expect.stringContaining('strength')],
  strength: 0.25,
  late: 'WAIT_TIMEOUT',
  emitted: 2,
  failures: ['Error: a tick is 0.5'],
}
const strict = "default-src 'self'; script-src 'self'"

describe.skipIf(chromiumPath === undefined)('a bundle of an installed tradewire', () => {
  it('emits, awaits and checks events in a browser', async () => {
    const { seen, complaints } = await visited(script)
    expect(seen).toMatchObject(expected)
    expect(complaints).toEqual([])
  })

  it('does so under a policy that allows no code from text', async () => {
    const { seen, complaints } = await visited(script, strict)
    expect(seen).toMatchObject(expected)
    // zod asks whether it may, which a browser reports.
    expect(new Set(complaints)).toEqual(new Set(['script-src eval']))
  })

  it('asks for none where zod is told so', async () => {
    const { seen, complaints } = await visited(bundled(project.folder, 'strict-page.ts'), strict)
    expect(seen).toMatchObject(expected)
    expect(complaints).toEqual([])
  })

  it('is told of by a policy if it makes code from text', async () => {
    const maker =
      "globalThis.visited = new Promise((done) => { try { new Function('') } catch { done(1) } })"
    const { complaints } = await visited(maker, strict)
    expect(complaints.join()).toContain('script-src eval')
  })
})

describe('the doors that need Node', () => {
  it.each(['backtest', 'desk', 'log'])('make no bundle for a browser: tradewire/%s', (door) => {
    writeFileSync(
      join(project.folder, 'door.ts'),
      `import * as door from 'tradewire/${door}'\nconsole.log(door)\n`,
    )
    expect(() => bundled(project.folder, 'door.ts')).toThrow(/Could not resolve "node:/)
  })
})
