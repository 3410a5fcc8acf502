import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { UsageError } from './usage-error.ts'

/**
 * Writes one document to a file, whose folder is made if it is missing.
 *
 * @throws UsageError unless there is no such file, it holds a document of the same kind, or `force` is
 * given.
 */
export async function writeDocument(
  path: string,
  document: Readonly<Record<string, unknown>>,
  { force }: { readonly force: boolean },
): Promise<void> {
  const before = await readFile(path, 'utf8').catch((error: unknown) => {
    const { code } = error as { readonly code?: unknown }
    if (code === 'ENOENT') return undefined
    if (code === 'EISDIR') throw new UsageError(`${JSON.stringify(path)} is a folder, not a file.`)
    throw error
  })
  if (before !== undefined && !force && kindOf(before) !== kindOf(JSON.stringify(document))) {
    throw new UsageError(
      `The file ${JSON.stringify(path)} is there, and was not written by tradewire catalog with this format. Give another one, or --force to write over it.`,
    )
  }
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, `${JSON.stringify(document, undefined, 2)}\n`)
}

/** By what documents of one kind are known; undefined for text that is no JSON object. */
function kindOf(text: string): string | undefined {
  try {
    const { asyncapi, $id } = Object(JSON.parse(text)) as Record<string, unknown>
    return JSON.stringify([typeof asyncapi, $id])
  } catch {
    return undefined
  }
}
