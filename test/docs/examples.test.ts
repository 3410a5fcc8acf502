// What is called has an example, which snippets.test.ts runs. Exempt are
// - types and interfaces: the examples of what takes and returns them show them,
// - error classes: they are caught, not made, and the guide to troubleshooting tells of each by its code,
// - values that are not called, such as `tradingEvents`, and what is another package's, such as `z`.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The sources of the doors of the package. */
function doorFiles(): string[] {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly exports: object
  }
  return Object.keys(exports)
    .filter((door) => !door.endsWith('.json'))
    .map((door) => join(root, 'src', door === '.' ? 'index.ts' : `${door.slice(2)}.ts`))
}

interface Called {
  readonly name: string
  readonly hasExample: boolean
}

/** The functions, classes and constants that are called or constructed, of what some files of `folder` export. */
function calledIn(files: readonly string[], folder: string): Called[] {
  const config = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path))
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root)
  const program = ts.createProgram(files, options)
  const checker = program.getTypeChecker()
  const symbols = files.flatMap((file) =>
    checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file)!)!),
  )
  return symbols
    .map((symbol) =>
      symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol,
    )
    .filter((symbol) => isCalled(symbol, checker) && isIn(symbol, folder))
    .map((symbol) => ({
      name: symbol.name,
      hasExample: symbol.getJsDocTags(checker).some(({ name }) => name === 'example'),
    }))
}

function isCalled(symbol: ts.Symbol, checker: ts.TypeChecker): boolean {
  if (symbol.flags & ts.SymbolFlags.Class) {
    return !isError(checker.getDeclaredTypeOfSymbol(symbol), checker)
  }
  if (!(symbol.flags & (ts.SymbolFlags.Function | ts.SymbolFlags.Variable))) return false
  const type = checker.getTypeOfSymbol(symbol)
  return type.getCallSignatures().length + type.getConstructSignatures().length > 0
}

function isError(type: ts.Type, checker: ts.TypeChecker): boolean {
  const bases = type.isClassOrInterface() ? checker.getBaseTypes(type) : []
  return type.symbol.name === 'Error' || bases.some((base) => isError(base, checker))
}

function isIn(symbol: ts.Symbol, folder: string): boolean {
  return symbol.declarations?.[0]?.getSourceFile().fileName.startsWith(folder) === true
}

const lacking = (called: readonly Called[]): string[] =>
  called.filter(({ hasExample }) => !hasExample).map(({ name }) => name)

describe('what the doors export to be called', () => {
  let called: Called[] = []
  beforeAll(() => {
    called = calledIn(doorFiles(), join(root, 'src'))
  })

  it('has an example in its doc comment', () => {
    expect(lacking(called)).toEqual([])
  })

  it('is found in every door, but for errors, types and what is not ours', () => {
    const names = called.map(({ name }) => name)
    expect(names).toEqual(
      expect.arrayContaining([
        'createBus',
        'Decimal',
        'openStore',
        'LegacyAdapter',
        'EquityCurve',
        'eventLoopDelay',
        'subscribeTo',
        'testBus',
      ]),
    )
    expect(names.filter((name) => /Error$|^z$|^Bus$|^EventType$/.test(name))).toEqual([])
  })

  it('is missed where it has none', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tradewire-'))
    const file = join(folder, 'door.ts')
    const example = '/** Does.\n * @example 1\n */'
    writeFileSync(
      file,
      `/** Does. */ export function bare(): void {}
${example} export function shown(): void {}
/** Is. */ export class Bare {}
${example} export class Shown {}
/** Does. */ export const arrow = (): void => {}
/** Fails. */ export class Failure extends TypeError {}
/** Is. */ export const value = 1
/** Is. */ export interface Shape {}
`,
    )
    const found = calledIn([file], folder)
    rmSync(folder, { recursive: true })
    expect(found.map(({ name }) => name)).toEqual(['bare', 'shown', 'Bare', 'Shown', 'arrow'])
    expect(lacking(found)).toEqual(['bare', 'Bare', 'arrow'])
  })
})
