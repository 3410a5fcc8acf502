import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The folder of the project, without a slash at its end. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[/\\]$/, '')

export interface Manifest {
  readonly name: string
  readonly version: string
  readonly exports: Readonly<Record<string, string | { readonly types: string }>>
  readonly scripts: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

export const manifest = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as Manifest

export interface Door {
  /** What users import, such as `tradewire/log`. */
  readonly name: string
  /** Its file in `src` and `dist`, without an extension. */
  readonly file: string
}

/** What `exports` of package.json opens, without package.json itself. */
export const doors: readonly Door[] = Object.keys(manifest.exports)
  .filter((key) => key !== './package.json')
  .map((key) => ({
    name: `${manifest.name}${key.slice(1)}`,
    file: key === '.' ? 'index' : key.slice(2),
  }))
