import { globSync, readFileSync } from 'node:fs'
import * as backtest from 'tradewire/backtest'
import * as desk from 'tradewire/desk'
import * as log from 'tradewire/log'
import * as core from 'tradewire'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const page = readFileSync('docs/guides/troubleshooting.md', 'utf8')
const sources = globSync('src/**/*.ts').map((path) =>
  ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true),
)

const doors: Readonly<Record<string, object>> = {
  tradewire: core,
  'tradewire/log': log,
  'tradewire/desk': desk,
  'tradewire/backtest': backtest,
}

function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node
  for (const child of node.getChildren()) yield* nodesOf(child)
}

const nodes = sources.flatMap((source) => [...nodesOf(source)])

const sorted = (values: Iterable<string>): string[] => [...new Set(values)].toSorted()

/** What the union `ErrorCode` lists. */
function codesOfErrors(): string[] {
  const union = nodes
    .filter(ts.isTypeAliasDeclaration)
    .find(({ name }) => name.text === 'ErrorCode')
  return [...nodesOf(union!.type)].filter(ts.isStringLiteral).map(({ text }) => text)
}

/** Each class with a code of `ErrorCode`, as `CODE Class`; assertions of tests have that of Node. */
function classesWithCodes(): string[] {
  const codes = codesOfErrors()
  return nodes.filter(ts.isClassDeclaration).flatMap(({ name, members }) =>
    members.flatMap((member) => {
      if (!ts.isPropertyDeclaration(member) || member.name.getText() !== 'code') return []
      const { initializer } = member
      return initializer !== undefined &&
        ts.isStringLiteral(initializer) &&
        codes.includes(initializer.text)
        ? [`${initializer.text} ${name!.text}`]
        : []
    }),
  )
}

/** The sections of the page, each with its code and what it says first. */
const sections = page.split(/^(?=###? )/m).flatMap((text) => {
  const [, code, body] = /^### ([A-Z_]+)\n\n(.*)$/s.exec(text) ?? []
  return code === undefined ? [] : [{ code, body: body! }]
})

/** The first column of the table below a heading. */
function tableBelow(heading: string, at = 0): string[] {
  const section = page.slice(page.indexOf(`## ${heading}\n`)).split(/^##+ /m)[1]!
  const table = section.split(/\n{2,}/).filter((part) => part.startsWith('|'))[at]!
  return [...table.matchAll(/^\| `([^`]+)`/gm)].map(([, code]) => code!)
}

/** Texts that are given as the first argument to a call of one of these names. */
function firstArguments(...names: string[]): string[] {
  return nodes.filter(ts.isCallExpression).flatMap(({ expression, arguments: [first] }) => {
    const name = ts.isPropertyAccessExpression(expression)
      ? expression.name.text
      : expression.getText()
    return names.includes(name) && first !== undefined && ts.isStringLiteral(first)
      ? [first.text]
      : []
  })
}

/** Texts that an object literal of `src` has as its `code`. */
const codesInObjects = nodes.filter(ts.isPropertyAssignment).flatMap(({ name, initializer }) => {
  if (name.getText() !== 'code' || !ts.isStringLiteral(initializer)) return []
  // The examples of the catalog are none of ours.
  return initializer.getSourceFile().fileName.startsWith('src/events/') ? [] : [initializer.text]
})

const isOfOrder = (code: string): boolean => /^[A-Z_]+$/.test(code) && !code.startsWith('LEGACY')

describe('the page of error codes', () => {
  it('has a section for every code of ErrorCode, and for no other', () => {
    expect(sorted(sections.map(({ code }) => code))).toEqual(sorted(codesOfErrors()))
    expect(sections).toHaveLength(new Set(codesOfErrors()).size)
  })

  it('names every class with its door', () => {
    const named = sections.flatMap(({ code, body }) =>
      [...body.matchAll(/`(\w+)` of `(tradewire[\w/]*)`/g)].map(([, name, door]) => {
        expect(doors[door!]).toHaveProperty(name!)
        return `${code} ${name}`
      }),
    )
    expect(sorted(named)).toEqual(sorted(classesWithCodes()))
  })

  it('says of every code what it means and what comes of it', () => {
    expect(sections.filter(({ body }) => body.length < 100)).toEqual([])
  })
})

describe('the page of warnings', () => {
  it('lists every code of a system.warning, and no other', () => {
    const states = ['closed', 'open', 'half_open'].map((state) => `breaker_${state}`)
    const warned = firstArguments('warn', 'warnOfOutage', 'say', '#say', '#warn')
    const found = [...codesInObjects.filter((code) => !isOfOrder(code)), ...warned, ...states]
    expect(sorted(tableBelow('Codes of warnings'))).toEqual(sorted(found.filter(isCode)))
  })

  it('lists every code of a lost connection, and no other', () => {
    const second = nodes
      .filter(ts.isCallExpression)
      .flatMap(({ expression, arguments: args }) =>
        ['endFor', 'endOf'].includes(expression.getText())
          ? args.filter(ts.isStringLiteral).map(({ text }) => text)
          : [],
      )
    const found = second.filter((text) => /^[A-Z]+(?:_[A-Z]+)*$/.test(text))
    expect(sorted(tableBelow('Codes of warnings', 1))).toEqual(sorted(found))
  })
})

describe('the page of refused orders', () => {
  it('lists every code of an order.rejected of ours, and no other', () => {
    const limits = nodes
      .filter(ts.isVariableDeclaration)
      .find(({ name }) => name.getText() === 'knownLimit')!
    const known = [...nodesOf(limits)].filter(ts.isStringLiteral).map(({ text }) => text)
    // What `risk.limit_exceeded` may be about, and an order be refused for.
    const byRisk = [...known, 'order_value'].map((limit) => `RISK_${limit.toUpperCase()}`)
    const found = [...codesInObjects.filter(isOfOrder), ...byRisk]
    expect(sorted(tableBelow('Codes of refused orders'))).toEqual(sorted(found))
  })
})

/** Words of a code, not sentences, nor names of what is measured. */
function isCode(text: string): boolean {
  return /^[a-zA-Z]+(?:_[a-zA-Z]+)+$/.test(text)
}
