import type { Catalog } from '../events/catalog.ts'

/**
 * The names of the files of a catalog's events, without an ending, by event name. What no file or address
 * may hold is written as its code points, and the braces of parameters are left out: two names that differ
 * in them alone cannot stand in one catalog. Names that differ in their case alone are numbered, as they
 * are one file to some systems.
 */
export function fileNames({ entries }: Pick<Catalog, 'entries'>): ReadonlyMap<string, string> {
  const taken = new Set<string>()
  const names = new Map<string, string>()
  for (const name of entries.keys()) {
    const plain = name
      .replaceAll(/[{}]/g, '')
      .replaceAll(/[^\w.-]/gu, (character) => `~${character.codePointAt(0)!.toString(16)}`)
    let file = plain
    for (let next = 2; taken.has(file.toLowerCase()); next += 1) file = `${plain}-${next}`
    taken.add(file.toLowerCase())
    names.set(name, file)
  }
  return names
}
