import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { manifest, root } from './doors.ts'

export interface PackedFile {
  readonly path: string
  readonly size: number
}

export interface Tarball {
  /** Where it is. */
  readonly path: string
  readonly files: readonly PackedFile[]
  /** How many bytes are downloaded, and how many are on disk then. */
  readonly size: number
  readonly unpackedSize: number
}

/** A folder of its own with the package in it as a user has it. */
export interface Project {
  readonly folder: string
  readonly tarball: Tarball
  /** Removes the folder. */
  remove(): void
}

/**
 * Packs the project as it would be published, and installs that into an empty folder, with the types of
 * Node and what the registry has of the rest. What is in `user` is copied beside it.
 */
export function installed(): Project {
  const folder = mkdtempSync(join(tmpdir(), 'tradewire-package-'))
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  try {
    const project = join(folder, 'project')
    const tarball = packed(join(folder, 'source'), folder)
    mkdirSync(project)
    writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }')
    const types = `@types/node@${manifest.devDependencies['@types/node']}`
    npm(project, 'install', '--no-audit', '--no-fund', '--prefer-offline', tarball.path, types)
    cpSync(fileURLToPath(new URL('user', import.meta.url)), project, { recursive: true })
    return { folder: project, tarball, remove }
  } catch (error) {
    remove()
    throw error
  }
}

/** What a program prints that is run in a folder; it throws all that one says that fails. */
export function output(folder: string, file: string, ...parameters: readonly string[]): string {
  const { error, status, stdout, stderr } = spawnSync(file, parameters, {
    cwd: folder,
    encoding: 'utf8',
    env: userEnvironment(),
    maxBuffer: 64 * 1_048_576,
  })
  if (status === 0) return stdout
  throw new Error(`${file} ${parameters.join(' ')}\n${stdout}${stderr}`, { cause: error })
}

/** A tool that is installed here, by its path: a user has it in a folder of their own. */
export function tool(name: string): string {
  return join(root, 'node_modules/.bin', name)
}

/** Packs a copy of all files that are no secret of git's, so that nobody else's `dist` is built anew. */
function packed(copy: string, target: string): Tarball {
  const listed = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
  const files = execFileSync('git', listed, { cwd: root, encoding: 'utf8' }).split('\0')
  for (const file of files.filter(Boolean)) {
    mkdirSync(dirname(join(copy, file)), { recursive: true })
    cpSync(join(root, file), join(copy, file), { force: true })
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  // The script `prepack` builds `dist`.
  const answer = npm(copy, 'pack', '--json', '--pack-destination', target)
  // What its script prints comes before the answer.
  const [pack] = JSON.parse(answer.slice(answer.search(/^\[/m))) as [Tarball & { filename: string }]
  return { ...pack, path: join(target, pack.filename) }
}

function npm(folder: string, ...parameters: readonly string[]): string {
  return output(folder, 'npm', ...parameters)
}

/** The environment without what npm tells the scripts that it runs: a user has come from a shell. */
function userEnvironment(): NodeJS.ProcessEnv {
  const told = /^npm_(package|lifecycle|command|execpath|config_(local_prefix|prefix|call))/
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !told.test(name)))
}
