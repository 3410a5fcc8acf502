import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'

/** How a file and a line stand above the code that Node has not understood. */
const place = /^((?:file:\/\/)?(?:\/|[A-Za-z]:[\\/]).*):(\d+)$/m

/** Node's words for the module syntax of a file that it reads as CommonJS. */
const moduleSyntax = /^(?:Cannot use import statement outside a module|Unexpected token 'export')/

/** What is wrong with a module that cannot be parsed, with its file, and its line where Node has told it. */
export function misspelt(path: string, error: SyntaxError): string {
  const stack = String(error.stack)
  const [, file = path, line] = place.exec(stack) ?? []
  const name = file.startsWith('file:') ? fileURLToPath(file) : file
  if (moduleSyntax.test(error.message) && stack.includes('modules/cjs/')) {
    const another = basename(name).replace(/\.([jt]s)$/, '.m$1')
    return `Node reads ${JSON.stringify(name)} as CommonJS. Add "type": "module" to its package.json, or name it ${another}.`
  }
  return line === undefined
    ? `${error.message} (node --check tells the line)`
    : `${name}:${line}: ${error.message}`
}
