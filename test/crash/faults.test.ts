import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { openLog } from 'tradewire/log'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { numberedCatalog, textOf } from './numbered.ts'

const childPath = fileURLToPath(new URL('faults.child.ts', import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'tradewire-'))
let count = 0

afterAll(() => rmSync(directory, { recursive: true, force: true }))

const succeeds = (command: string, ...args: readonly string[]): boolean =>
  spawnSync(command, args).status === 0
const canTrace = succeeds('strace', '-f', '-e', 'inject=fdatasync:error=EIO:when=1', 'true')
const canLimit = succeeds('prlimit', '--version') && succeeds('bash', '-c', 'ulimit -S -f 100')

/** What a process has said, and how it ended. */
interface Ended {
  readonly lines: readonly string[]
  readonly acknowledged: number
  readonly code: number | null
}

/** Runs a command that runs the child; `heard` is told of each line. */
async function run(
  command: readonly string[],
  heard: (line: string, child: ChildProcess) => void = () => {},
): Promise<Ended> {
  const [program = '', ...args] = command
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'pipe'] })
  const lines: string[] = []
  let rest = ''
  ;(child.stdio[3] as Readable).on('data', (text: Buffer) => {
    const parts = (rest + text.toString()).split('\n')
    rest = parts.pop()!
    for (const line of parts) {
      lines.push(line)
      heard(line, child)
    }
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
async function emptyLog(where = directory): Promise<string> {
  count++
  const path = join(where, `${count}.db`)
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

/** Writes to a write-ahead log behind a sync of it that has failed, unless it was opened anew. */
function writtenOn(traced: string): string[] {
  const failed = new Set<string>()
  return traced.split('\n').filter((line) => {
    const opened = /openat\([^"]*"([^"]*-wal)"/.exec(line)?.[1]
    if (opened !== undefined) failed.delete(opened)
    const [, call, path] = /(fsync|fdatasync|pwrite64)\(\d+<([^>]*-wal)>/.exec(line) ?? []
    if (path === undefined) return false
    if (call !== 'pwrite64' && line.includes('INJECTED')) failed.add(path)
    return call === 'pwrite64' && failed.has(path)
  })
}

/** Calls of the operating system that fail, and which of them: the first, and then each so many. */
const faults = [
  ['a sync that fails once', 'fsync,fdatasync:error=EIO:when=9'],
  ['syncs that fail five times in a row', 'fsync,fdatasync:error=EIO:when=6..10'],
  // The first commit after a recovery takes three: of the log's header, of the directory, and its own.
  ['every fourth sync failing', 'fsync,fdatasync:error=EIO:when=5+4'],
  ['a write that fails once', 'pwrite64:error=EIO:when=60'],
  ['every 101st write failing', 'pwrite64:error=EIO:when=30+101'],
  ['a disk that is full for ten writes', 'pwrite64:error=ENOSPC:when=50..59'],
  ['writes that take nothing and do not fail', 'pwrite64:retval=0:when=40+97'],
  // The first one of every opening makes the shared index.
  ['files that cannot be cut', 'ftruncate:error=EIO:when=2+2'],
] as const

describe('a log whose storage fails', { timeout: 120_000 }, () => {
  if (!canTrace)
    console.log('SKIPPED: I/O errors need strace, which is absent or not allowed here.')

  for (const [name, fault] of faults) {
    for (const durability of ['each', 'lazy'] as const) {
      // What is not synced at once has no syncs to fail but those of checkpoints.
      if (durability === 'lazy' && fault.startsWith('fsync')) continue
      it.runIf(canTrace)(`has each event once with ${name}, and ${durability}`, async () => {
        const path = await emptyLog()
        const trace = ['strace', '-f', '-qq', '-o', join(directory, 'trace')]
        const inject = [
          '-y',
          '-e',
          `trace=openat,pwrite64,${fault.split(':')[0]}`,
          '-e',
          `inject=${fault}`,
        ]
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
        const traced = readFileSync(join(directory, 'trace'), 'utf8')
        expect(traced).toContain('INJECTED')
        expect(writtenOn(traced)).toEqual([])
        expect(await expectWhole(path, 300)).toBe(300)
      })
    }
  }

  describe('because the disk is full', () => {
    const mounted = join(directory, 'small')
    const ballast = join(mounted, 'ballast')
    const mount = (): boolean =>
      succeeds('mount', '-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', mounted)
    mkdirSync(mounted)
    const small = mount() && succeeds('umount', mounted)
    if (!small) console.log('SKIPPED: a disk that is full needs the right to mount one.')

    beforeEach(() => void (small && mount()))
    afterEach(() => void (small && succeeds('umount', mounted)))

    async function fillDisk(then: (child: ChildProcess) => void): Promise<[string, Ended]> {
      const path = await emptyLog(mounted)
      writeFileSync(ballast, Buffer.alloc(15_000_000))
      let heard = 0
      const ended = await run(
        [process.execPath, childPath, path, '900', 'group'],
        (line, child) => {
          if (line !== 'failing') return
          heard++
          if (heard === 1) then(child)
        },
      )
      rmSync(ballast, { force: true })
      return [path, ended]
    }

    it.runIf(small)('goes on once there is room, with each event once', async () => {
      const [path, ended] = await fillDisk(() => rmSync(ballast))
      expect(ended).toMatchObject({ code: 0, acknowledged: 900 })
      expect(ended.lines).toContain('recovered')
      await expectWhole(path, 900)
    })

    it.runIf(small)('has all that was acknowledged when it is killed meanwhile', async () => {
      const [path, ended] = await fillDisk((child) => child.kill('SIGKILL'))
      expect(ended.code).toBeNull()
      expect(ended.lines).toContain('failing')
      expect(ended.acknowledged).toBeGreaterThan(0)
      await expectWhole(path, ended.acknowledged)
    })
  })

  if (!canLimit) console.log('SKIPPED: a limit of the size of files needs bash and prlimit.')

  it.runIf(canLimit)('because a file may not grow, goes on once it may', async () => {
    const path = await emptyLog()
    const limited = `ulimit -S -f 600 && exec "$@"`
    const ended = await run(
      ['bash', '-c', limited, 'bash', process.execPath, childPath, path, '900', 'group'],
      (line, child) => {
        if (line === 'failing')
          spawnSync('prlimit', ['--pid', String(child.pid), '--fsize=unlimited'])
      },
    )
    expect(ended).toMatchObject({ code: 0, acknowledged: 900 })
    expect(ended.lines).toContain('failing')
    expect(ended.lines).toContain('recovered')
    await expectWhole(path, 900)
  })
})
