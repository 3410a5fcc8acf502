import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import type { Group } from './scenario.ts'
import { targetTitle } from './results.ts'

const path = join(import.meta.dirname, 'README.md')
const begin = '<!-- results: written by npm run bench -->'

/** Replaces all results by those of a full run. */
export function writeResults(text: string): void {
  const [prose] = readFileSync(path, 'utf8').split(begin)
  const stamp = `Measured on ${today()}: ${machine()}.`
  writeFileSync(path, `${prose}${begin}\n\n## Results\n\n${stamp}\n\n${text}\n`)
}

/** Replaces the tables of one group, and its targets, and says of which run they are. */
export function writeGroup(group: Group, text: string): void {
  const [prose, before] = readFileSync(path, 'utf8').split(begin)
  const note = `Of a run of \`--only ${group}\` on ${today()}: ${machine()}.`
  writeFileSync(path, `${prose}${begin}\n\n${merged(before ?? '', text, note)}`)
}

/** The sections of `before`, those that `after` has as well replaced by them, and the new ones ahead of the targets. */
function merged(before: string, after: string, note: string): string {
  const [head, ...old] = sectionsOf(before)
  const [, ...fresh] = sectionsOf(after)
  const sections = new Map(old.map((section) => [titleOf(section), section]))
  const targets = sections.get(targetTitle)
  sections.delete(targetTitle)
  let freshTargets: string | undefined
  for (const section of fresh) {
    const title = titleOf(section)
    if (title === targetTitle) freshTargets = section
    else sections.set(title, noted(section, note))
  }
  const parts = [head!, ...sections.values(), mergedTargets(targets, freshTargets)]
  return `${parts
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .join('\n\n')}\n`
}

/** Targets by what they are about: those of the group stand where they stood, or at the end. */
function mergedTargets(before: string | undefined, after: string | undefined): string {
  if (before === undefined || after === undefined) return after ?? before ?? ''
  const [title, ...old] = before.trim().split('\n')
  const fresh = after.trim().split('\n').slice(rowsBegin)
  const named = new Set(fresh.map(whatOf))
  const place = old.findIndex((row) => named.has(whatOf(row)))
  const others = old.filter((row) => !named.has(whatOf(row)))
  others.splice(place === -1 ? others.length : place, 0, ...fresh)
  return [title, ...others].join('\n')
}

/** A title, an empty line, the head of the table and the rule below it. */
const rowsBegin = 4

const whatOf = (row: string): string => row.split(' | ')[0]!
const titleOf = (section: string): string => /^### (.*)$/m.exec(section)![1]!

function sectionsOf(text: string): string[] {
  return text.split(/^(?=### )/m)
}

function noted(section: string, note: string): string {
  const [title, ...rest] = section.trim().split('\n')
  return [title, '', note, ...rest].join('\n')
}

function today(): string {
  return new Date().toISOString().slice(0, 10)
}

function machine(): string {
  const memory = Math.round(totalmem() / 1024 ** 3)
  const processor = `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores, ${memory} GiB`
  return `${processor}, ${process.platform}, Node ${process.version}`
}
