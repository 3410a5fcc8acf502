import { mkdtemp, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tradingEvents } from '../../src/events/trading-events.ts'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const categories = ['market', 'order', 'position', 'risk', 'system', 'performance']

let home = ''
let checker: ts.TypeChecker
let payloads: ReadonlyMap<string, ts.Type>

beforeAll(async () => {
  // Inside the project, so that the declarations find zod and decimal.js.
  home = await mkdtemp(join(root, 'node_modules', '.declarations-'))
  const sources = categories.map((category) => join(root, 'src', 'events', `${category}.ts`))
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2024,
    lib: ['lib.es2024.d.ts', 'lib.dom.d.ts'],
    module: ts.ModuleKind.NodeNext,
    types: [],
    strict: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
  }
  ts.createProgram(sources, {
    ...options,
    rootDir: join(root, 'src'),
    outDir: home,
    declaration: true,
    emitDeclarationOnly: true,
  }).emit()
  const emitted = categories.map((category) => join(home, 'events', `${category}.d.ts`))
  const program = ts.createProgram(emitted, options)
  checker = program.getTypeChecker()
  payloads = new Map(
    emitted.flatMap((file) => {
      const source = program.getSourceFile(file)!
      return payloadsIn(checker.getExportsOfModule(checker.getSymbolAtLocation(source)!))
    }),
  )
}, 300_000)

afterAll(() => rm(home, { recursive: true, force: true }))

/** The output of each schema in the type `<Category>Schemas`, by event name. */
function payloadsIn(symbols: readonly ts.Symbol[]): [string, ts.Type][] {
  const schemas = symbols.find(({ name }) => name.endsWith('Schemas'))!
  return checker
    .getDeclaredTypeOfSymbol(schemas)
    .getProperties()
    .map((event) => {
      const [output] = checker.getTypeArguments(checker.getTypeOfSymbol(event) as ts.TypeReference)
      return [event.name, output!]
    })
}

function comment(symbol: ts.Symbol): string {
  return ts.displayPartsToString(symbol.getDocumentationComment(checker))
}

/** Fields without a comment: of the payload, and of an object or a list of objects inside it. */
function undocumented(type: ts.Type): string[] {
  return type.getProperties().flatMap((field) => {
    const inside = checker.getNonNullableType(checker.getTypeOfSymbol(field))
    const symbol = inside.getSymbol()
    const nested =
      symbol !== undefined && ['Fee', 'OriginalEvent'].includes(symbol.name)
        ? undocumented(inside).map((name) => `${field.name}.${name}`)
        : []
    return comment(field) === '' ? [field.name, ...nested] : nested
  })
}

describe('the emitted declarations', () => {
  it.each([...tradingEvents.entries.values()])('document every field of $name', (entry) => {
    const payload = payloads.get(entry.name)!
    expect(comment(payload.getSymbol()!)).toContain(`Payload of \`${entry.name}\`: `)
    const names = payload.getProperties().map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(Object.keys(entry.example)))
    expect(undocumented(payload)).toEqual([])
  })

  it('hold a comment word for word', () => {
    const fill = payloads.get('order.filled')!
    expect(comment(fill.getProperty('lastPrice')!)).toBe('Price of this fill, in quote currency.')
    const fee = checker.getNonNullableType(checker.getTypeOfSymbol(fill.getProperty('fee')!))
    expect(comment(fee.getProperty('amount')!)).toContain('negative for a rebate')
  })
})
