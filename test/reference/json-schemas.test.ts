import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { encodedExample } from '../../src/reference/encoded-example.ts'
import { catalogSchema, jsonSchemasOf } from '../../src/reference/json-schemas.ts'
import { catalog } from './many-kinds.ts'

const schemas = jsonSchemasOf(catalog)
const options = {
  strict: true,
  strictTuples: false,
  allowUnionTypes: true,
  formats: { email: true, 'date-time': true } as const,
}
const entries = [...catalog.entries.values()]
const broken = { data: 5, id: '', sequence: 0, more: 1, type: 'none', version: 99 }

describe('jsonSchemasOf', () => {
  it.each(entries)('accepts the encoded example of $name, and no broken one', (entry) => {
    const validate = new Ajv2020(options).compile(schemas.get(entry.name)!)
    const example = JSON.parse(JSON.stringify(encodedExample(entry))) as Record<string, unknown>
    validate(example)
    expect(validate.errors).toBeNull()
    for (const [key, value] of Object.entries(broken)) {
      expect({ key, fine: validate({ ...example, [key]: value }) }).toEqual({ key, fine: false })
    }
  })

  it('has an id that is a file of its own, a title, and the sentences of the fields', () => {
    const filled = schemas.get('order.filled') as {
      $id: string
      title: string
      properties: { data: { properties: { fee: { properties: object } } } }
    }
    expect(filled).toMatchObject({ $id: 'order.filled.schema.json', title: 'order.filled' })
    expect(filled.properties.data.properties.fee.properties).toMatchObject({
      amount: { description: 'How much, in units of `currency`; negative for a rebate.' },
    })
    const ids = [...schemas.values()].map(({ $id }) => String($id).toLowerCase())
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ids) expect(id).toMatch(/^[\w~][\w.~-]*\.schema\.json$/)
    expect(JSON.stringify([...schemas.values()])).not.toMatch(/readOnly|x-process/)
  })

  it('leaves the own sentences of other events as they are', () => {
    expect(schemas.get('action.{name}.start')).toMatchObject({
      properties: {
        data: { properties: { 'odd key|<i>': { description: 'A | `b|c` <script>\nline two' } } },
      },
    })
  })

  it('sees into payloads that hold themselves', () => {
    const validate = new Ajv2020(options).compile(schemas.get('plan.{name}.made')!)
    const entry = catalog.entries.get('plan.{name}.made')!
    const example = encodedExample(entry)
    const deep = { root: { label: 'a', children: [{ label: 5, children: [] }] } }
    expect(validate({ ...example, data: deep })).toBe(false)
  })
})

describe('catalogSchema', () => {
  it.each([true, false])('accepts every event of a catalog (bundled: %s)', (bundled) => {
    const ajv = new Ajv2020(options)
    if (!bundled) for (const schema of schemas.values()) ajv.addSchema(schema)
    const validate = ajv.compile(catalogSchema(catalog, { title: 'Mine', bundled }))
    for (const entry of entries) {
      const example: unknown = JSON.parse(JSON.stringify(encodedExample(entry)))
      validate(example)
      expect({ name: entry.name, errors: validate.errors }).toEqual({
        name: entry.name,
        errors: null,
      })
    }
    expect(validate({})).toBe(false)
  })
})
