import { globSync, readFileSync, statSync } from 'node:fs'
import { extname, relative } from 'node:path'
import { DocumentReflection, type NormalizedPath, type ProjectReflection } from 'typedoc'

/** What files are shown as, by the end of their names. */
const languages: Readonly<Record<string, string>> = { '.ts': 'ts', '.json': 'json', '.sh': 'sh' }

/**
 * Gives each source file that a document links to a page of its own, because what a server makes of a bare
 * file that ends in `.ts` is a video. A folder gets a page that lists its files.
 *
 * @returns how many they are.
 */
export function addSourcePages(project: ProjectReflection, root: string): number {
  const paths = [...project.files.getMediaPaths()].filter(
    (path) => !path.endsWith('.schema.json') && (extname(path) in languages || isFolder(path)),
  )
  for (const path of paths) addSourcePage(project, path, relative(root, path))
  return paths.length
}

function addSourcePage(project: ProjectReflection, path: NormalizedPath, name: string): void {
  const text = `# ${name}\n\n${isFolder(path) ? listing(path) : code(path)}\n`
  const page = new DocumentReflection(name, project, [{ kind: 'text', text }], {})
  project.addChild(page)
  project.registerReflection(page, undefined, path)
}

function code(path: string): string {
  const text = readFileSync(path, 'utf8').trimEnd()
  return `\`\`\`\`${languages[extname(path)]}\n${text}\n\`\`\`\``
}

function listing(folder: string): string {
  const names = globSync('*.*', { cwd: folder }).toSorted()
  return names.map((name) => `- \`${name}\``).join('\n')
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
