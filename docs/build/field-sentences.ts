/**
 * The sentences of the fields of the trading events, taken from the doc comments of their schemas.
 * `node docs/build/field-sentences.ts` writes them to src/reference/trading-fields.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

/** Sentences by event and field; a field in a field is `fee.amount`. */
export type FieldSentences = Record<string, Record<string, string>>

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Reads the sentences as the doc comments have them now. */
export function readFieldSentences(): FieldSentences {
  const file = join(root, 'src/events/trading-events.ts')
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)).config,
    ts.sys,
    root,
  )
  const program = ts.createProgram([file], options)
  const checker = program.getTypeChecker()
  const source = program.getSourceFile(file)!
  const door = checker.getSymbolAtLocation(source)!
  const schemas = checker.getExportsOfModule(door).find(({ name }) => name === 'TradingSchemas')!
  const all: FieldSentences = {}
  for (const event of checker.getDeclaredTypeOfSymbol(schemas).getProperties()) {
    const schema = checker.getTypeOfSymbol(event) as ts.TypeReference
    // The first type argument of a `z.ZodType<Payload>`.
    const payload = checker.getTypeArguments(schema).at(0)
    if (payload === undefined) throw new Error(`The schema of ${event.name} names no payload.`)
    all[event.name] = Object.fromEntries(fieldsOf(payload, '', checker))
  }
  return all
}

function fieldsOf(type: ts.Type, path: string, checker: ts.TypeChecker): [string, string][] {
  return checker.getPropertiesOfType(type).flatMap((field) => {
    const comment = ts.displayPartsToString(field.getDocumentationComment(checker))
    const inner = checker.getNonNullableType(checker.getTypeOfSymbol(field))
    const name = path + field.name
    return [
      [name, comment.replaceAll(/\s+/g, ' ').trim()] as [string, string],
      ...(isShape(inner) ? fieldsOf(inner, `${name}.`, checker) : []),
    ]
  })
}

/** Whether a type is an interface of ours, and no list, number or record. */
function isShape(type: ts.Type): boolean {
  const [declaration] = type.getSymbol()?.declarations ?? []
  return (
    declaration !== undefined &&
    ts.isInterfaceDeclaration(declaration) &&
    declaration.getSourceFile().fileName.includes('/src/events/')
  )
}

/** Text as it stands in the code of this project. */
function quoted(text: string): string {
  return text.includes("'") ? JSON.stringify(text) : `'${text.replaceAll('\\', '\\\\')}'`
}

/** The module of one category. */
function moduleText(events: FieldSentences): string {
  const objects = Object.entries(events).map(([event, fields]) => {
    const lines = Object.entries(fields).map(
      ([field, sentence]) =>
        `    ${field.includes('.') ? quoted(field) : field}: ${quoted(sentence)},`,
    )
    return `  ${quoted(event)}: {\n${lines.join('\n')}\n  },`
  })
  return `// Made from doc comments by docs/build/field-sentences.ts: change those, and run it.
import type { FieldSentences } from './sentences.ts'

export const fields: FieldSentences = {
${objects.join('\n')}
}
`
}

if (import.meta.main) {
  const sentences = Object.entries(readFieldSentences())
  const folder = join(root, 'src/reference/trading-fields')
  mkdirSync(folder, { recursive: true })
  for (const category of new Set(sentences.map(([event]) => event.slice(0, event.indexOf('.'))))) {
    const events = sentences.filter(([event]) => event.startsWith(`${category}.`))
    writeFileSync(join(folder, `${category}.ts`), moduleText(Object.fromEntries(events)))
  }
}
