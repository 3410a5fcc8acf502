import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** A file that a page shows: a block with a name behind the language of its fence. */
export interface PageFile {
  readonly name: string
  readonly text: string
}

/** The files of a page, in its order. */
export function filesOf(page: string): PageFile[] {
  return [...page.matchAll(/^```(?:ts|json) (\S+)\n(.*?)^```$/gms)].map(([, name, text]) => ({
    name: name!,
    text: text!,
  }))
}

/** A project as somebody has it who follows a page. */
export class PageProject {
  readonly folder = mkdtempSync(join(tmpdir(), 'tradewire-'))

  /** Builds the package to where an install leaves it, without asking a registry, and links other packages. */
  install(others: readonly string[], files: readonly PageFile[]): void {
    const modules = join(this.folder, 'node_modules')
    const installed = join(modules, 'tradewire')
    mkdirSync(join(modules, '@types'), { recursive: true })
    mkdirSync(installed)
    execFileSync('tsc', ['-p', 'src', '--outDir', join(installed, 'dist')])
    writeFileSync(join(installed, 'package.json'), readFileSync('package.json'))
    symlinkSync(resolve('node_modules'), join(installed, 'node_modules'))
    for (const name of ['@types/node', ...others]) {
      symlinkSync(resolve('node_modules', name), join(modules, name))
    }
    writeFileSync(join(this.folder, 'package.json'), '{ "type": "module" }')
    for (const { name, text } of files) writeFileSync(join(this.folder, name), text)
  }

  /** What a command prints, also one that fails. */
  run(command: string, ...parameters: readonly string[]): string {
    try {
      return execFileSync(command, parameters, { cwd: this.folder, encoding: 'utf8' })
    } catch (error) {
      // What the compiler or a test has printed says more than that it failed.
      return (error as { stdout: string }).stdout
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true })
  }
}
