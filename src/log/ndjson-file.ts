import { once } from 'node:events'
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable, type Transform, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import { LogStorageError } from './errors.ts'

/** What passes through a pipe that a file is written by. */
export type Stage = Transform | ((source: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>)

/**
 * Writes a file that appears under its name only when all of it is there and synced: it is written as
 * `<path>.partial` and renamed. What fails leaves no file behind.
 *
 * @throws ConfigurationError `CONFIGURATION` if the file exists and may not be overwritten.
 * @throws LogStorageError `LOG_STORAGE` if it cannot be written.
 */
export async function writeWhole(
  path: string,
  chunks: AsyncIterable<Uint8Array | string>,
  stages: readonly Stage[],
  { overwrite, signal }: { readonly overwrite: boolean; readonly signal?: AbortSignal },
): Promise<void> {
  if (!overwrite) await requireAbsent(path)
  const partial = `${path}.partial`
  const handle = await storing(path, async () => {
    // What a process that was killed has left behind; if another one writes it now, that one notices.
    await rm(partial, { force: true })
    return open(partial, 'wx')
  })
  try {
    const sink = async (source: AsyncIterable<Uint8Array>): Promise<void> => {
      for await (const chunk of source) await handle.writeFile(chunk)
    }
    const steps = [Readable.from(chunks, { objectMode: false }), ...stages, sink]
    // Functions may stand in a list of streams, but its typing does not know them.
    await pipeline(steps as unknown as readonly NodeJS.ReadWriteStream[], { signal })
    await handle.sync()
    if (!(await isNamed(handle, partial))) {
      throw new LogStorageError(
        `Another process writes ${JSON.stringify(path)} at the same time. Try again when it has finished.`,
      )
    }
    await rename(partial, path)
    await syncFolder(dirname(path))
    await handle.close()
  } catch (cause) {
    // What another process has put there meanwhile is not ours to remove.
    if (await isNamed(handle, partial)) await rm(partial)
    await handle.close()
    throw stored(path, cause, signal)
  }
}

/** Whether a file that is open is the one that has this name. */
async function isNamed(handle: FileHandle, path: string): Promise<boolean> {
  const named = await stat(path).catch(() => undefined)
  return named?.ino === (await handle.stat()).ino
}

/** Makes a folder, and those that it lies in. */
export async function makeFolder(path: string): Promise<void> {
  await storing(path, async () => mkdir(path, { recursive: true }))
}

/** Syncs the entries of a folder, so that a file that was renamed keeps its name. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function requireAbsent(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) return
  throw new ConfigurationError(
    `${JSON.stringify(path)} exists already. Give another name, or { overwrite: true }.`,
  )
}

async function storing<Result>(path: string, act: () => Promise<Result>): Promise<Result> {
  try {
    return await act()
  } catch (cause) {
    throw stored(path, cause, undefined)
  }
}

/** What to throw for what writing a file has failed with: errors of the system get a name and advice. */
function stored(path: string, cause: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted === true) return signal.reason
  const { syscall } = cause as { readonly syscall?: unknown }
  if (syscall === undefined) return cause
  return new LogStorageError(
    `${JSON.stringify(path)} could not be written: ${(cause as Error).message}. Nothing is left under that name; mend the storage and try again.`,
    { cause },
  )
}

/**
 * Writes chunks to a stream that somebody else has opened and will end, no faster than it takes them.
 */
export async function writeTo(
  stream: Writable,
  chunks: AsyncIterable<Uint8Array | string>,
): Promise<void> {
  const ending = new AbortController()
  const ended = once(stream, 'close', { signal: ending.signal }).then(() => {
    throw new LogStorageError('The stream was closed before all was written to it.')
  })
  // Its rejection is looked at only while a chunk is under way.
  ended.catch(() => {})
  try {
    for await (const chunk of chunks) await Promise.race([ended, written(stream, chunk)])
  } finally {
    ending.abort()
  }
}

async function written(stream: Writable, chunk: Uint8Array | string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    stream.write(chunk, (error) => {
      if (error === null || error === undefined) resolve()
      else reject(error)
    })
  })
}
