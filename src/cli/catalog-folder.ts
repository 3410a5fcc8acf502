import { lstat, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { UsageError } from './usage-error.ts'

/** Lists what was written, so that the folder is known again and what is left over goes. */
const listName = '.tradewire-catalog.json'

/** A file that such a list may name, as it is removed: one of those that a format writes. */
const listed =
  /^(?:(?:schemas\/)?[\w~-][\w.~-]*\.schema\.json|[\w~-][\w.~-]*\.(?:md|html)|(?:catalog|asyncapi)\.json|style\.css|script\.js)$/

/**
 * Writes files to a folder, which is made if it is missing. Of those that were written there before, the
 * ones that are left over are removed.
 *
 * @throws UsageError unless the folder is empty, was written by this function, or `force` is given; if a
 * file of another origin would be written over, or its folder `schemas` is a link.
 */
export async function writeFolder(
  folder: string,
  files: ReadonlyMap<string, string>,
  { force }: { readonly force: boolean },
): Promise<void> {
  const before = await filesBefore(folder, force)
  await requireFree(
    folder,
    [...files.keys()].filter((name) => !force && !before.includes(name)),
  )
  await mkdir(folder, { recursive: true })
  const all = [...new Set([...files.keys(), ...before])]
  // First of all: what is interrupted can be written again.
  await writeList(folder, all)
  for (const name of before) if (!files.has(name)) await rm(join(folder, name), { force: true })
  for (const [name, text] of files) {
    const path = join(folder, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
  }
  await writeList(folder, [...files.keys()])
}

/** Throws if there is a file that was not written before under one of `names`, or `schemas` leads away. */
async function requireFree(folder: string, names: readonly string[]): Promise<void> {
  const schemas = join(folder, 'schemas')
  const status = await lstat(schemas).catch(() => undefined)
  if (status !== undefined && !status.isDirectory()) {
    throw new UsageError(`${JSON.stringify(schemas)} is a link or a file. Remove it first.`)
  }
  for (const name of names) {
    const path = join(folder, name)
    if ((await lstat(path).catch(() => undefined)) === undefined) continue
    throw new UsageError(
      `The file ${JSON.stringify(path)} is there, and was not written by tradewire catalog. Move it, or give --force to write over it.`,
    )
  }
}

async function writeList(folder: string, files: readonly string[]): Promise<void> {
  await writeFile(join(folder, listName), `${JSON.stringify({ files }, undefined, 2)}\n`)
}

/** What was written to the folder before; none if it is new. */
async function filesBefore(folder: string, force: boolean): Promise<readonly string[]> {
  const found = await contentOf(folder)
  if (found.length === 0) return []
  if (found.includes(listName)) {
    const names = namesOf(await readFile(join(folder, listName), 'utf8'))
    if (names !== undefined) return names
  }
  if (force) return []
  throw new UsageError(
    `The folder ${JSON.stringify(folder)} is not empty, and was not written by tradewire catalog. Give another one, or --force to write into it.`,
  )
}

async function contentOf(folder: string): Promise<readonly string[]> {
  const status = await stat(folder).catch(() => undefined)
  if (status === undefined) return []
  if (status.isDirectory()) return readdir(folder)
  throw new UsageError(`${JSON.stringify(folder)} is a file. --out takes a folder.`)
}

/** The names of a list; undefined if it is none, as its files are going to be removed. */
function namesOf(text: string): readonly string[] | undefined {
  try {
    const { files } = JSON.parse(text) as { readonly files?: unknown }
    if (!Array.isArray(files)) return undefined
    return files.filter((name): name is string => typeof name === 'string' && listed.test(name))
  } catch {
    return undefined
  }
}
