import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import type { Block, Program } from './snippet.ts'
import { granted } from './snippet-world.ts'

interface Edit {
  readonly from: number
  readonly to: number
  readonly text: string
}

/** What is opened by a block and closed once its program has ended. */
const opening = new Set([
  'createBus',
  'openLog',
  'memoryLog',
  'openStore',
  'startDesk',
  'healthMonitor',
  'reconnecting',
  'riskGuard',
])

/** What {@link expectation} writes. */
const expectations = /\$expect\((\d+), ("(?:[^"\\]|\\.)*")\)/g

const runtime = fileURLToPath(new URL('snippet-runtime.ts', import.meta.url))

/** A comment that is what the line prints, not prose: one word, or it begins like a value. */
const printed = /^(?:\S+|['"[{\d-].*)$/
/** A comment that is the value of an expression. */
const literal = /^(?:true|false|undefined|-?\d[\d_.]*|'[^']*')$/

/**
 * The module that runs a program. Its lines stand where they stand in the page, so that an error of the compiler
 * or a stack names the line of the page. Imports move to the first line, which is never code of a page.
 */
export function moduleOf({ blocks, isDocComment }: Program): string {
  const imports = new Map<string, string>()
  const needed = new Set<string>()
  const known = new Set<string>()
  const lines: string[] = []
  const expected: RegExpMatchArray[] = []
  for (const block of blocks) {
    const source = parse(block)
    const names = identifiers(source)
    for (const name of declarations(source)) known.add(name)
    for (const name of names) {
      if (!known.has(name) && granted.has(name)) needed.add(name)
      const door = isDocComment ? doorNames().get(name) : undefined
      if (door !== undefined) imports.set(name, door)
    }
    const code = rewritten(source, block.line, imports)
    if (block.isRun) expected.push(...code.matchAll(expectations))
    place(lines, block, code)
  }
  const open = blocks.filter(({ isRun }) => isRun).length
  const list = [...needed]
  lines[0] = [
    ...imports.values(),
    `import { $expect, $expected, $isRun, $made, world } from '${runtime}'`,
    `const { ${list.join(', ')} } = await world(${JSON.stringify(list)})`,
    `$expected([${expected.map(([, line, value]) => `[${line}, ${value}]`).join(', ')}])`,
  ].join('; ')
  return `${Array.from(lines, (line) => line ?? '').join('\n')}\n${'}'.repeat(open)}\n`
}

function parse({ lines }: Block): ts.SourceFile {
  return ts.createSourceFile('block.ts', lines.join('\n'), ts.ScriptTarget.Latest, true)
}

/** A block that is not run has a scope that ends with it; the others stay open to the end of the page. */
function place(lines: string[], { line, isRun }: Block, code: string): void {
  lines[line - 1] = isRun ? '{' : 'if ($isRun) {'
  const rows = code.split('\n')
  for (const [index, row] of rows.entries()) lines[line + index] = row
  if (!isRun) lines[line + rows.length] = '}'
}

function rewritten(source: ts.SourceFile, line: number, imports: Map<string, string>): string {
  const edits: Edit[] = []
  for (const statement of source.statements) {
    if (ts.isImportDeclaration(statement)) {
      for (const [name, text] of importsOf(statement)) {
        // What one block imports as a type, another one may import as a value.
        if (imports.get(name)?.includes('type ') !== false) imports.set(name, text)
      }
      edits.push(blank(source, statement))
    }
    for (const modifier of modifiersOf(statement)) edits.push(blank(source, modifier))
  }
  const walk = (node: ts.Node): void => {
    edits.push(...editsOf(source, node, line))
    ts.forEachChild(node, walk)
  }
  walk(source)
  let text = source.text
  for (const { from, to, text: by } of edits.toSorted((a, b) => b.from - a.from || b.to - a.to))
    text = text.slice(0, from) + by + text.slice(to)
  return text
}

function modifiersOf(statement: ts.Statement): ts.Node[] {
  const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : []
  const isExport = ({ kind }: ts.Node): boolean =>
    kind === ts.SyntaxKind.ExportKeyword || kind === ts.SyntaxKind.DefaultKeyword
  return modifiers.filter(isExport)
}

/** Leaves the lines where they are. */
function blank(source: ts.SourceFile, node: ts.Node): Edit {
  const [from, to] = [node.getStart(source), node.end]
  return { from, to, text: source.text.slice(from, to).replaceAll(/[^\n]/g, ' ') }
}

function editsOf(source: ts.SourceFile, node: ts.Node, firstLine: number): Edit[] {
  if (ts.isCallExpression(node)) {
    const [from, to] = [node.getStart(source), node.end]
    const callee = node.expression.getText(source)
    if (opening.has(callee)) {
      return [
        { from, to: from, text: '$made(' },
        { from: to, to, text: ')' },
      ]
    }
    const value = callee === 'console.log' ? commentAfter(source, to, printed) : undefined
    if (value === undefined) return []
    return [{ from, to: node.expression.end, text: expectation(source, from, firstLine, value) }]
  }
  if (!ts.isExpressionStatement(node)) return []
  const value = commentAfter(source, node.end, literal)
  if (value === undefined || node.getText(source).includes('console.log')) return []
  const from = node.getStart(source)
  return [
    { from, to: from, text: `${expectation(source, from, firstLine, value)}(` },
    { from: node.end, to: node.end, text: ')' },
  ]
}

function expectation(source: ts.SourceFile, from: number, firstLine: number, value: string) {
  const line = source.getLineAndCharacterOfPosition(from).line + firstLine + 1
  return `$expect(${line}, ${JSON.stringify(value)})`
}

function commentAfter(source: ts.SourceFile, end: number, form: RegExp): string | undefined {
  const [rest = ''] = source.text.slice(end).split('\n')
  const comment = /^[);]* *\/\/ (.+)$/.exec(rest)?.[1]
  return comment !== undefined && form.test(comment) ? comment : undefined
}

/** Each imported name with an import of its own. */
function importsOf({ importClause, moduleSpecifier }: ts.ImportDeclaration): [string, string][] {
  const from = `from ${moduleSpecifier.getText()}`
  if (importClause === undefined) return [[from, `import ${moduleSpecifier.getText()}`]]
  const isType = importClause.phaseModifier === ts.SyntaxKind.TypeKeyword
  const found: [string, string][] = []
  const { name, namedBindings } = importClause
  if (name !== undefined) found.push([name.text, `import ${name.text} ${from}`])
  if (namedBindings !== undefined && ts.isNamespaceImport(namedBindings))
    found.push([namedBindings.name.text, `import ${namedBindings.getText()} ${from}`])
  if (namedBindings !== undefined && ts.isNamedImports(namedBindings)) {
    for (const element of namedBindings.elements) {
      const type = isType && !element.isTypeOnly ? 'type ' : ''
      found.push([element.name.text, `import { ${type}${element.getText()} } ${from}`])
    }
  }
  return found
}

/** Names that a block uses, apart from those of properties. */
function identifiers(source: ts.SourceFile): Set<string> {
  const names = new Set<string>()
  const walk = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      const { parent } = node
      const isProperty =
        (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
        (ts.isPropertyAssignment(parent) && parent.name === node)
      if (!isProperty) names.add(node.text)
    }
    ts.forEachChild(node, walk)
  }
  walk(source)
  return names
}

/** Names that a block declares for those after it. */
function declarations(source: ts.SourceFile): Set<string> {
  const names = new Set<string>()
  const add = (name: ts.BindingName): void => {
    if (ts.isIdentifier(name)) names.add(name.text)
    else for (const part of name.elements) if (ts.isBindingElement(part)) add(part.name)
  }
  for (const statement of source.statements) {
    if (ts.isVariableStatement(statement))
      for (const { name } of statement.declarationList.declarations) add(name)
    else if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement))
      if (statement.name !== undefined) names.add(statement.name.text)
  }
  return names
}

let doors: Map<string, string> | undefined

/** What the doors export, each with the import that an example in a doc comment leaves out. */
function doorNames(): ReadonlyMap<string, string> {
  if (doors !== undefined) return doors
  doors = new Map()
  const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as { exports: object }
  for (const door of Object.keys(exports).filter((path) => !path.endsWith('.json'))) {
    const file = door === '.' ? 'src/index.ts' : `src/${door.slice(2)}.ts`
    const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest)
    for (const statement of source.statements) {
      if (!ts.isExportDeclaration(statement) || statement.exportClause === undefined) continue
      if (!ts.isNamedExports(statement.exportClause)) continue
      for (const { name, isTypeOnly } of statement.exportClause.elements) {
        const type = statement.isTypeOnly || isTypeOnly ? 'type ' : ''
        const text = `import { ${type}${name.text} } from '${`tradewire/${door.slice(2)}`.replace(/\/$/, '')}'`
        if (!doors.has(name.text)) doors.set(name.text, text)
      }
    }
  }
  return doors
}
