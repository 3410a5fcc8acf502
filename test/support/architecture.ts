import { basename, dirname, join } from 'node:path/posix'
import ts from 'typescript'

/** A source file: its path inside `src`, with slashes, and its text. */
export interface Source {
  readonly path: string
  readonly text: string
}

/** What is wrong, with file and line in front. */
export type Complaint = string

/** A name that a file imports or exports from, types included. */
interface Import {
  readonly from: string
  readonly line: number
}

/** A source with its syntax and its imports. */
export interface Parsed extends Source {
  readonly tree: ts.SourceFile
  readonly imports: readonly Import[]
}

/** Rooms from the ground up; those of one floor never meet. Files directly in `src` are doors. */
const floors: readonly (readonly string[])[] = [
  ['errors'],
  ['time'],
  ['events'],
  ['delivery'],
  ['bus'],
  ['legacy', 'log', 'desk', 'handlers', 'reference', 'observe'],
  ['backtest', 'testing'],
  ['cli'],
  ['doors'],
]

/** Rooms that may look into fewer rooms than their floor allows. */
const narrower: ReadonlyMap<string, readonly string[]> = new Map([
  ['log', ['errors', 'time', 'events']],
  ['reference', ['errors', 'events']],
])

/** Which room alone may import a package. No other package may be imported at all. */
const packages: ReadonlyMap<string, string> = new Map([
  ['zod', 'events'],
  ['decimal.js', 'events'],
  ['eventemitter3', 'legacy'],
  ['lru-cache', 'handlers'],
  ['csv-parse', 'backtest'],
  ['yauzl', 'backtest'],
])

/** Where a module is loaded that only its user knows, and by what expression. */
const loaders: ReadonlyMap<string, string> = new Map([
  ['cli/catalog-module.ts', 'pathToFileURL(resolve(path)).href'],
])

const realTime = new Set(['setTimeout', 'setInterval', 'setImmediate', 'performance', 'crypto'])
const realTimeMembers = new Set(['Date.now', 'Math.random'])
const mostLines = 400

export function parse({ path, text }: Source): Parsed {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const imports: Import[] = []
  visit(tree, (node) => {
    const from = importedBy(node)
    if (from !== undefined) imports.push({ from, line: lineOf(tree, node) })
  })
  return { path, text, tree, imports }
}

/** Imports that do not run downwards. */
export function upwardImports(sources: readonly Parsed[]): Complaint[] {
  return complain(sources, ({ path, imports }) =>
    imports.flatMap(({ from, line }) => {
      const target = resolve(path, from)
      if (target === undefined) return []
      const [here, there] = [roomOf(path), roomOf(target)]
      if (here === there && here !== 'doors') return []
      const allowed = narrower.get(here)?.includes(there) ?? floorOf(there) < floorOf(here)
      return allowed ? [] : [[line, `${here} must not import from ${there} (${from})`]]
    }),
  )
}

/** Imports that lead back to the file that they stand in. */
export function circles(sources: readonly Parsed[]): Complaint[] {
  const byPath = new Map(sources.map((source) => [source.path, source]))
  const reaches = (start: string, goal: string, seen: Set<string>): boolean => {
    if (start === goal) return true
    if (seen.has(start)) return false
    seen.add(start)
    return (byPath.get(start)?.imports ?? []).some(({ from }) => {
      const next = resolve(start, from)
      return next !== undefined && reaches(next, goal, seen)
    })
  }
  return complain(sources, ({ path, imports }) =>
    imports.flatMap(({ from, line }) => {
      const target = resolve(path, from)
      if (target === undefined || !reaches(target, path, new Set())) return []
      return [[line, `the import of ${from} leads back here`]]
    }),
  )
}

/** Packages that are imported where they must not be. */
export function strayPackages(sources: readonly Parsed[]): Complaint[] {
  return complain(sources, ({ path, imports }) =>
    imports.flatMap(({ from, line }) => {
      if (from.startsWith('.') || from.startsWith('node:') || loaders.get(path) === from) return []
      const room = packages.get(packageOf(from))
      if (room === roomOf(path)) return []
      const rule = room === undefined ? 'no package of ours' : `for src/${room} alone`
      return [[line, `${from} is ${rule}`]]
    }),
  )
}

/** `csv-parse` of `csv-parse/sync`. */
function packageOf(from: string): string {
  const parts = from.split('/')
  return parts.slice(0, from.startsWith('@') ? 2 : 1).join('/')
}

/** `node:` imports that a door reaches. */
export function nodeImports(sources: readonly Parsed[], door: string): Complaint[] {
  const byPath = new Map(sources.map((source) => [source.path, source]))
  const seen = new Set<string>()
  const open = [door]
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (seen.has(path)) continue
    seen.add(path)
    for (const { from } of byPath.get(path)?.imports ?? []) {
      const next = resolve(path, from)
      if (next !== undefined) open.push(next)
    }
  }
  return complain(
    sources.filter(({ path }) => seen.has(path)),
    ({ imports }) =>
      imports
        .filter(({ from }) => from.startsWith('node:'))
        .map(({ from, line }) => [line, `${from} is reachable from src/${door}`]),
  )
}

/** Readers of real time and real randomness outside of `src/time`. */
export function realTimeReaders(sources: readonly Parsed[]): Complaint[] {
  return complain(
    sources.filter(({ path }) => roomOf(path) !== 'time'),
    ({ tree }) => {
      const found: [number, string][] = []
      visit(tree, (node) => {
        const name = readerName(node)
        if (name !== undefined) found.push([lineOf(tree, node), `${name} belongs into src/time`])
      })
      return found
    },
  )
}

/** `export *`, whatever it is called. */
export function wildcardExports(sources: readonly Parsed[]): Complaint[] {
  return complain(sources, ({ tree }) =>
    tree.statements
      .filter((node) => ts.isExportDeclaration(node))
      .filter(
        ({ exportClause }) => exportClause === undefined || ts.isNamespaceExport(exportClause),
      )
      .map((node) => [lineOf(tree, node), 'name what is exported, in place of *']),
  )
}

/** Statements of doors that do more than hand on names. */
export function busyDoors(sources: readonly Parsed[]): Complaint[] {
  return complain(
    sources.filter(({ path }) => roomOf(path) === 'doors'),
    ({ tree }) =>
      tree.statements
        .filter((node) => !ts.isExportDeclaration(node) || node.moduleSpecifier === undefined)
        .map((node) => [lineOf(tree, node), 'a door holds nothing but export { … } from']),
  )
}

/** Files that are too long. */
export function longFiles(sources: readonly Parsed[]): Complaint[] {
  return complain(sources, ({ text }) => {
    const lines = text.trimEnd().split('\n').length
    return lines <= mostLines ? [] : [[mostLines + 1, `${lines} lines are more than ${mostLines}`]]
  })
}

/** Every `any`. */
export function anyTypes(sources: readonly Parsed[]): Complaint[] {
  return complain(sources, ({ tree }) => {
    const found: [number, string][] = []
    visit(tree, (node) => {
      if (node.kind === ts.SyntaxKind.AnyKeyword) found.push([lineOf(tree, node), 'no any'])
    })
    return found
  })
}

/** Files whose name is no kebab-case noun of the field, and rooms that the plan does not have. */
export function badNames(sources: readonly Parsed[]): Complaint[] {
  return complain(sources, ({ path }) => {
    const name = basename(path)
    const found: [number, string][] = []
    if (!/^[a-z0-9]+(?:-[a-z0-9]+)*\.ts$/.test(name)) found.push([1, 'the name is no kebab-case'])
    if (/^(?:utils?|helpers?|misc|common)\.ts$/.test(name)) found.push([1, 'the name says nothing'])
    if (name === 'index.ts' && roomOf(path) !== 'doors') found.push([1, 'no inner barrel'])
    if (floorOf(roomOf(path)) === -1) found.push([1, 'the room is not in the plan'])
    return found
  })
}

function complain(
  sources: readonly Parsed[],
  find: (source: Parsed) => readonly (readonly [number, string])[],
): Complaint[] {
  return sources.flatMap((source) =>
    find(source).map(([line, what]) => `src/${source.path}:${line} ${what}`),
  )
}

function visit(node: ts.Node, look: (node: ts.Node) => void): void {
  look(node)
  ts.forEachChild(node, (child) => visit(child, look))
}

function lineOf(tree: ts.SourceFile, node: ts.Node): number {
  return tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1
}

/** What a node imports: a statement, `import(…)`, or a type such as `import('zod').ZodType`. */
function importedBy(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
    const { moduleSpecifier } = node
    return moduleSpecifier !== undefined && ts.isStringLiteral(moduleSpecifier)
      ? moduleSpecifier.text
      : undefined
  }
  if (ts.isImportTypeNode(node)) return textOf(node.argument)
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    const [from] = node.arguments
    return from === undefined ? undefined : textOf(from)
  }
  return undefined
}

function textOf(node: ts.Node): string {
  const literal = ts.isLiteralTypeNode(node) ? node.literal : node
  return ts.isStringLiteral(literal) ? literal.text : literal.getText()
}

/** The reader of real time that a node is, if it is one. */
function readerName(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node)) {
    const member = `${node.expression.getText()}.${node.name.text}`
    if (realTimeMembers.has(member)) return member
    return node.expression.getText() === 'globalThis' && realTime.has(node.name.text)
      ? member
      : undefined
  }
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date') {
    return node.arguments === undefined || node.arguments.length === 0 ? 'new Date()' : undefined
  }
  if (ts.isIdentifier(node) && realTime.has(node.text) && isValue(node)) return node.text
  return undefined
}

/** Whether an identifier stands for a value of that name, and is no name of a member. */
function isValue(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node
  return !ts.isPropertySignature(parent) && !ts.isPropertyDeclaration(parent)
}

/** The path inside `src` that a relative import means; undefined for packages. */
function resolve(path: string, from: string): string | undefined {
  return from.startsWith('.') ? join(dirname(path), from) : undefined
}

function roomOf(path: string): string {
  const [room, ...rest] = path.split('/')
  return rest.length === 0 ? 'doors' : room!
}

function floorOf(room: string): number {
  return floors.findIndex((floor) => floor.includes(room))
}
