import type { Catalog } from '../events/catalog.ts'

/** What Windows opens as a device in every folder. */
const devices = /^(?:con|prn|aux|nul|com\d|lpt\d)(?=\.)/i

/** A file may have 255 characters on most systems, with its ending, and its whole path 260 on Windows. */
const longest = 160

/**
 * The names of the files of a catalog's events, without an ending, by event name. What no file or address
 * may hold is written as its code points, and the braces of parameters are left out: two names that differ
 * in them alone cannot stand in one catalog. `nul.x` becomes `nul~.x`, as `nul` is a device to Windows
 * whatever follows its dot. A name of more than 160 characters is cut. Names that differ in their case
 * alone, or only where they are cut, are numbered, as they are one file to some systems.
 */
export function fileNames({ entries }: Pick<Catalog, 'entries'>): ReadonlyMap<string, string> {
  const taken = new Set<string>()
  const names = new Map<string, string>()
  for (const name of entries.keys()) {
    const plain = name
      .replaceAll(/[{}]/g, '')
      .replaceAll(/[^\w.-]/gu, (character) => `~${character.codePointAt(0)!.toString(16)}`)
      .replace(devices, '$&~')
      .slice(0, longest)
    let file = plain
    for (let next = 2; taken.has(file.toLowerCase()); next += 1) file = `${plain}-${next}`
    taken.add(file.toLowerCase())
    names.set(name, file)
  }
  return names
}
