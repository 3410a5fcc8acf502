import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LogLockedError, LogStorageError } from '../../src/log/errors.ts'
import { acquireWriterLock } from '../../src/log/writer-lock.ts'

const module = new URL('../../src/log/writer-lock.ts', import.meta.url).href
/** Takes the lock, says so, and keeps it until it is told something. */
const holder = `
  const { acquireWriterLock } = await import(${JSON.stringify(module)})
  const lock = acquireWriterLock(process.argv[1])
  process.stdout.write('held')
  process.stdin.once('data', () => { lock.release(); process.exit(0) })
`

let directory: string
let path: string
const children: ChildProcess[] = []

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tradewire-'))
  path = join(directory, 'a.db')
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(directory, { recursive: true })
})

async function startHolder(): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', holder, path], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  children.push(child)
  await once(child.stdout, 'data')
  return child
}

/** The error of somebody who wants the lock; undefined if it could be had. */
function refusal(wanted = path): LogLockedError | undefined {
  try {
    acquireWriterLock(wanted).release()
    return undefined
  } catch (error) {
    expect(error).toBeInstanceOf(LogLockedError)
    return error as LogLockedError
  }
}

describe('acquireWriterLock', () => {
  it('lets one in, and tells the next one who that is', () => {
    const lock = acquireWriterLock(path)
    expect(refusal()).toMatchObject({ code: 'LOG_LOCKED', path, holder: process.pid })
    expect(refusal()?.message).toContain(`Process ${process.pid} has`)
    lock.release()
    expect(refusal()).toBeUndefined()
  })

  it('is given back once, whoever asks again', () => {
    const lock = acquireWriterLock(path)
    lock.release()
    const next = acquireWriterLock(path)
    lock.release()
    expect(refusal()).toBeDefined()
    next.release()
    expect(existsSync(`${path}-lock-pid`)).toBe(false)
  })

  it('is the same by every name of the file', () => {
    const other = join(directory, 'other')
    mkdirSync(other)
    symlinkSync(directory, join(other, 'back'))
    // A link to a file that is not there yet, by another link.
    symlinkSync(join('back', 'a.db'), join(other, 'link.db'))
    symlinkSync('link.db', join(other, 'link-of-link.db'))
    const lock = acquireWriterLock(join(other, 'link-of-link.db'))
    expect(lock.path).toBe(path)
    expect(refusal()).toBeDefined()
    expect(refusal(join(other, '..', 'other', 'back', 'a.db'))).toMatchObject({ path })
    writeFileSync(path, '')
    expect(refusal(join(other, 'link.db'))).toMatchObject({ path })
    expect(refusal(join(directory, 'b.db'))).toBeUndefined()
    lock.release()
  })

  it('is a lock for each of two hard links, as is said of it', () => {
    writeFileSync(path, '')
    linkSync(path, join(directory, 'b.db'))
    const lock = acquireWriterLock(path)
    expect(refusal(join(directory, 'b.db'))).toBeUndefined()
    lock.release()
  })

  it('keeps another process out until it is given back', async () => {
    const child = await startHolder()
    expect(refusal()).toMatchObject({ holder: child.pid })
    child.stdin!.write('release')
    await once(child, 'exit')
    expect(refusal()).toBeUndefined()
  })

  it('ends with a process that is killed', async () => {
    const child = await startHolder()
    expect(refusal()).toBeDefined()
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(refusal()).toBeUndefined()
  })

  it('keeps another thread of the process out', async () => {
    const lock = acquireWriterLock(path)
    const code = `
      const { parentPort, workerData } = require('node:worker_threads')
      import(workerData.module)
        .then(({ acquireWriterLock }) => acquireWriterLock(workerData.path).release())
        .then(() => parentPort.postMessage('none'), (error) => parentPort.postMessage(error.code))
    `
    const ask = async (): Promise<unknown> => {
      const worker = new Worker(code, { eval: true, workerData: { module, path } })
      const [answer] = (await once(worker, 'message')) as unknown[]
      return answer
    }
    expect(await ask()).toBe('LOG_LOCKED')
    lock.release()
    expect(await ask()).toBe('none')
  })

  it('lets one of many in that come at the same time', async () => {
    const runs = Array.from({ length: 4 }, async () => {
      const child = spawn(process.execPath, ['--input-type=module', '--eval', holder, path])
      children.push(child)
      let held = ''
      child.stdout.on('data', (text: Buffer) => (held += text.toString()))
      let errors = ''
      child.stderr.on('data', (text: Buffer) => (errors += text.toString()))
      // The one that has it stays; the others end.
      await Promise.race([once(child, 'exit'), once(child.stdout, 'data')])
      if (held === '') return errors.includes('LogLockedError') ? 'refused' : errors
      return 'held'
    })
    expect((await Promise.all(runs)).toSorted()).toEqual(['held', 'refused', 'refused', 'refused'])
  })

  it('says what else keeps it from being taken', () => {
    writeFileSync(join(directory, 'file'), '')
    const inFile = join(directory, 'file', 'a.db')
    expect(() => acquireWriterLock(inFile)).toThrow(LogStorageError)
    expect(() => acquireWriterLock(inFile)).toThrow('to write in its folder')
    writeFileSync(`${path}-lock`, 'This is no database. '.repeat(100))
    expect(() => acquireWriterLock(path)).toThrow(LogStorageError)
    symlinkSync('round.db', join(directory, 'round.db'))
    expect(() => acquireWriterLock(join(directory, 'round.db'))).toThrow(LogStorageError)
  })

  it('knows no holder where nobody could write down who it is', () => {
    mkdirSync(`${path}-lock-pid`)
    const lock = acquireWriterLock(path)
    expect(refusal()).toMatchObject({ holder: undefined })
    expect(refusal()?.message).toContain('Somebody has')
    rmSync(`${path}-lock-pid`, { recursive: true })
    writeFileSync(`${path}-lock-pid`, 'nobody')
    expect(refusal()).toMatchObject({ holder: undefined })
    lock.release()
  })
})
