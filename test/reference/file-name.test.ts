import { describe, expect, it } from 'vitest'
import { defineEvents, z } from 'tradewire'
import { fileNames } from '../../src/reference/file-name.ts'

const event = { description: 'x', payload: z.strictObject({}), example: {} }

const filesOf = (...names: string[]): readonly string[] => [
  ...fileNames(defineEvents(Object.fromEntries(names.map((name) => [name, event])))).values(),
]

describe('fileNames', () => {
  it('are no devices of Windows', () => {
    expect(filesOf('con.a', 'AUX.b', 'nul.x', 'prn.a.b', 'com1.a', 'lpt9.a', 'nul~.x')).toEqual([
      'con~.a',
      'AUX~.b',
      'nul~.x',
      'prn~.a.b',
      'com1~.a',
      'lpt9~.a',
      'nul~7e.x',
    ])
    expect(filesOf('console.a', 'a.con', 'com.a', 'com10.a')).toEqual([
      'console.a',
      'a.con',
      'com.a',
      'com10.a',
    ])
  })

  it('are short enough for every system, and differ', () => {
    const long = `a.${'b'.repeat(250)}`
    const wide = `a.${'é'.repeat(100)}`
    const files = filesOf(long, `${long}c`, `a.${'b'.repeat(158)}`, wide)
    for (const file of files) expect(file.length).toBeLessThan(170)
    expect(new Set(files).size).toBe(files.length)
    expect(files[2]).toBe(`a.${'b'.repeat(158)}-3`)
  })
})
