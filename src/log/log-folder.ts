import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import process from 'node:process'

/**
 * Makes the folder of a file where it is missing, and those around it.
 *
 * @throws Error of the file system if that fails.
 */
export function makeFolderOf(path: string): void {
  const folder = dirname(resolve(path))
  const first = mkdirSync(folder, { recursive: true })
  if (first === undefined) return
  const last = dirname(first)
  for (let made = folder; made !== last; made = dirname(made)) syncFolder(dirname(made))
}

/**
 * Writes the names in a folder to disk: one outlives a power cut only then. Windows does not open folders,
 * and syncs their entries itself.
 */
export function syncFolder(path: string): void {
  if (process.platform !== 'win32') syncFile(path, 'r')
}

/** Writes a file to disk. */
export function syncFile(path: string, flags: string): void {
  const file = openSync(path, flags)
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
