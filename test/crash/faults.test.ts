import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { openLog } from 'tradewire/log'
import { afterAll, describe, expect, it } from 'vitest'
import { numberedCatalog, textOf } from './numbered.ts'

const childPath = fileURLToPath(new URL('faults.child.ts', import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'tradewire-'))
let count = 0

afterAll(() => rmSync(directory, { recursive: true, force: true }))

const succeeds = (command: string, ...args: readonly string[]): boolean =>
  spawnSync(command, args).status === 0
const canTrace = succeeds('strace', '-f', '-e', 'inject=fdatasync:error=EIO:when=1', 'true')

/** What a process has said, and how it ended. */
interface Ended {
  readonly lines: readonly string[]
  readonly acknowledged: number
  readonly code: number | null
}

/** Runs a command that runs the child. */
async function run(command: readonly string[]): Promise<Ended> {
  const [program = '', ...args] = command
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'pipe'] })
  const lines: string[] = []
  let rest = ''
  ;(child.stdio[3] as Readable).on('data', (text: Buffer) => {
    const parts = (rest + text.toString()).split('\n')
    rest = parts.pop()!
    lines.push(...parts)
  })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  expect(lines.filter((line) => line.startsWith('wrong'))).toEqual([])
  const acknowledged = lines.findLast((line) => line.startsWith('ack')) ?? 'ack 0'
  return { lines, acknowledged: Number(acknowledged.split(' ')[1]), code }
}

/** A path for a log that is empty, and was closed. */
async function emptyLog(): Promise<string> {
  count++
  const path = join(directory, `${count}.db`)
  const log = await openLog(path, { catalog: numberedCatalog })
  await log.close()
  return path
}

/** Opens a log without faults: it has the first events, each once, at least `atLeast` of them. */
async function expectWhole(path: string, atLeast: number): Promise<number> {
  await using log = await openLog(path, { catalog: numberedCatalog })
  let last = 0
  for await (const { position, event } of log.read()) {
    last++
    const { text } = event.data as { readonly text: string }
    if (position !== last || text !== textOf(last)) expect.fail(`Another event is at ${last}.`)
  }
  expect(last).toBeGreaterThanOrEqual(atLeast)
  expect(await log.verify()).toEqual({ ok: true, records: last, damaged: [] })
  return last
}

/** Calls of the operating system that fail, and which of them: the first, and then each so many. */
const faults = [
  ['a sync that fails once', 'fsync,fdatasync:error=EIO:when=9'],
  ['syncs that fail five times in a row', 'fsync,fdatasync:error=EIO:when=6..10'],
  ['every third sync failing', 'fsync,fdatasync:error=EIO:when=5+3'],
  ['a write that fails once', 'pwrite64:error=EIO:when=60'],
  ['every 101st write failing', 'pwrite64:error=EIO:when=30+101'],
  ['a disk that is full for ten writes', 'pwrite64:error=ENOSPC:when=50..59'],
  ['writes that take nothing and do not fail', 'pwrite64:retval=0:when=40+97'],
  // The first one of every opening makes the shared index.
  ['files that cannot be cut', 'ftruncate:error=EIO:when=2+2'],
] as const

describe('a log whose storage fails', { timeout: 300_000 }, () => {
  if (!canTrace)
    console.log('SKIPPED: I/O errors need strace, which is absent or not allowed here.')

  for (const [name, fault] of faults) {
    for (const durability of ['each', 'lazy'] as const) {
      // What is not synced at once has no syncs to fail but those of checkpoints.
      if (durability === 'lazy' && fault.startsWith('fsync')) continue
      it.runIf(canTrace)(`has each event once with ${name}, and ${durability}`, async () => {
        const path = await emptyLog()
        const trace = ['strace', '-f', '-qq', '-o', join(directory, 'trace')]
        const inject = ['-e', `trace=${fault.split(':')[0]}`, '-e', `inject=${fault}`]
        const ended = await run([
          ...trace,
          ...inject,
          process.execPath,
          childPath,
          path,
          '300',
          durability,
        ])
        expect(ended).toMatchObject({ code: 0, acknowledged: 300 })
        expect(ended.lines).toContain('done 300')
        // A commit whose sync has failed may be found, synced anew, by the log itself: nobody hears of it.
        expect(readFileSync(join(directory, 'trace'), 'utf8')).toContain('INJECTED')
        expect(await expectWhole(path, 300)).toBe(300)
      })
    }
  }
})
