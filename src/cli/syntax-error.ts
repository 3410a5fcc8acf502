import { spawnSync } from 'node:child_process'
import { basename } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

/** How a file and a line stand above the code that Node has not understood. */
const place = /^((?:file:\/\/)?(?:\/|[A-Za-z]:[\\/]).*):(\d+)$/m

/** Node's words for the module syntax of a file that it reads as CommonJS. */
const moduleSyntax = /^(?:Cannot use import statement outside a module|Unexpected token 'export')/

/** What is wrong with a module that cannot be parsed, with its file and line. */
export function misspelt(path: string, error: SyntaxError): string {
  const stack = String(error.stack)
  const [, file = path, line] = place.exec(stack) ?? place.exec(checked(path)) ?? []
  const name = file.startsWith('file:') ? fileURLToPath(file) : file
  if (moduleSyntax.test(error.message) && stack.includes('modules/cjs/')) {
    const another = basename(name).replace(/\.([jt]s)$/, '.m$1')
    return `Node reads ${JSON.stringify(name)} as CommonJS. Add "type": "module" to its package.json, or name it ${another}.`
  }
  return line === undefined ? error.message : `${name}:${line}: ${error.message}`
}

/** What Node says of a file that it only parses: of a module it tells the line there alone. */
function checked(path: string): string {
  return spawnSync(process.execPath, ['--check', path], { encoding: 'utf8' }).stderr
}
