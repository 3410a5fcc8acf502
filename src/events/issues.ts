import * as z from 'zod'
import { describeValue } from '../errors/checks.ts'
import { Decimal } from './decimal.ts'
import type { ValidationIssue } from './errors.ts'
import { closestTo } from './suggestion.ts'

/** The most unknown keys that one message lists. */
const mostListed = 8

/**
 * How zod parses where its error is read: every message says what was expected and what kind of
 * value was found. Text of a payload may be secret, so it is never repeated; numbers and the names of
 * keys are. A message that a schema's author has written stands as it is.
 */
export const inOurWords: { readonly error: z.core.$ZodErrorMap } = { error: describeIssue }

/** The issues of a zod error, as ours. */
export function toIssues(error: z.core.$ZodError): readonly ValidationIssue[] {
  return error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }))
}

function describeIssue(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return `expected no key ${unknownKeys(issue)}`
    case 'too_small':
      return measure(issue, issue.inclusive === false ? 'more than' : 'at least', issue.minimum)
    case 'too_big':
      return measure(issue, issue.inclusive === false ? 'less than' : 'at most', issue.maximum)
    case 'invalid_union':
      return union(issue)
    case 'invalid_key':
    case 'invalid_element': {
      const what = issue.code === 'invalid_key' ? 'key' : 'item'
      return `expected another ${what}: ${issue.issues[0]!.message}`
    }
    default:
      return found(expectation(issue), issue.input, isInside(issue))
  }
}

function expectation(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected === 'int' ? 'whole number' : issue.expected
    case 'invalid_value':
      return alternatives(issue.values.map(describeValue))
    case 'not_multiple_of':
      return `a multiple of ${issue.divisor}`
    case 'invalid_format':
      return issue.format === 'regex'
        ? `string that matches ${issue.pattern}`
        : `string of the form ${issue.format}`
    default:
      return 'another value'
  }
}

/** Whether the issue is about a part of the payload; the payload as a whole is never missing. */
function isInside(issue: z.core.$ZodRawIssue): boolean {
  return issue.path !== undefined && issue.path.length > 0
}

function found(expected: string, input: unknown, inside: boolean): string {
  if (input === undefined && inside) return `is missing: expected ${expected}`
  return `expected ${expected}, found ${kindOf(input)}${advice(expected, input)}`
}

function advice(expected: string, input: unknown): string {
  if (expected !== 'number') return ''
  if (input instanceof Date) return ': use date.getTime()'
  return Decimal.isDecimal(input) ? ': use decimal.toNumber()' : ''
}

/** What kind of value stands there, without repeating text. */
function kindOf(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value === '' ? 'an empty string' : 'a string'
    case 'number':
      return Number.isFinite(value) ? `the number ${value}` : String(value)
    case 'symbol':
    case 'function':
      return `a ${typeof value}`
    default:
      return describeValue(value)
  }
}

function measure(
  issue: z.core.$ZodRawIssue<z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig>,
  comparison: string,
  bound: number | bigint,
): string {
  const { input, origin } = issue
  const amount = `${issue.exact === true ? 'exactly' : comparison} ${bound}`
  if (typeof input === 'string') {
    return `expected string of ${amount} characters, found ${input.length}`
  }
  if (Array.isArray(input)) return `expected ${amount} items, found ${input.length}`
  if (input instanceof Set || input instanceof Map) {
    return `expected ${amount} items, found ${input.size}`
  }
  const name = origin === 'int' ? 'whole number' : origin
  return `expected ${name} of ${amount}, found ${kindOf(input)}`
}

function union(issue: z.core.$ZodRawIssue<z.core.$ZodIssueInvalidUnion>): string {
  const { discriminator, input } = issue
  if (discriminator !== undefined) {
    // zod lists the options wherever it names a discriminator.
    const options = issue['options'] as readonly unknown[]
    // zod reports this of an object alone, and has read the field before.
    const value = (input as Record<string, unknown>)[discriminator]
    return found(alternatives(options.map(describeValue)), value, true)
  }
  if (issue.errors.length === 0) return 'expected exactly one of the alternatives, found several'
  const firsts = issue.errors.flatMap((errors) => errors.slice(0, 1))
  const simple = firsts.map(({ code, path, message }) =>
    path.length === 0 && code !== 'unrecognized_keys'
      ? /^(?:is missing: )?expected (.+?)(?:, found .*)?$/.exec(message)?.[1]
      : undefined,
  )
  const expected = simple.filter((text) => text !== undefined)
  if (expected.length === firsts.length) {
    return found(alternatives([...new Set(expected)]), input, isInside(issue))
  }
  const reasons = firsts.map(({ path, message }) => [...path, message].join(': '))
  return `expected one of several forms, found none (${reasons.join('; or ')})`
}

function alternatives(values: readonly string[]): string {
  const last = values.at(-1)
  return values.length < 2 ? `${last}` : `${values.slice(0, -1).join(', ')} or ${last}`
}

function unknownKeys(issue: z.core.$ZodRawIssue<z.core.$ZodIssueUnrecognizedKeys>): string {
  const known = issue.inst instanceof z.ZodObject ? Object.keys(issue.inst.shape) : []
  // zod has walked the keys of an object to raise this issue.
  const absent = known.filter((key) => !Object.hasOwn(issue.input as object, key))
  const listed = issue.keys.slice(0, mostListed).map((key) => {
    const meant = suggestKey(key, absent)
    return (
      describeValue(key) + (meant === undefined ? '' : ` (did you mean ${describeValue(meant)}?)`)
    )
  })
  const more = issue.keys.length - listed.length
  return listed.join(', ') + (more === 0 ? '' : ` and ${more} more`)
}

function suggestKey(key: string, absent: readonly string[]): string | undefined {
  const camelCase = key.replaceAll(/_+([a-z\d])/gi, (_, letter: string) => letter.toUpperCase())
  return absent.includes(camelCase) ? camelCase : closestTo(key, absent)
}
