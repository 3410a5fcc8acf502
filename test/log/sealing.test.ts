import { createDecipheriv } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ConfigurationError } from '../../src/errors/tradewire-error.ts'
import { LogKeyError } from '../../src/log/errors.ts'
import { requireEncryption, Sealer } from '../../src/log/sealing.ts'

const first = new Uint8Array(32).fill(1)
const second = new Uint8Array(32).fill(2)
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
const plain = JSON.stringify({ data: { accountId: 'canary-7f3a', note: 'ü€𝄞 \u0000' } })

/** The error that opening throws. */
function keyError(open: () => unknown): LogKeyError {
  try {
    open()
  } catch (error) {
    expect(error).toBeInstanceOf(LogKeyError)
    return error as LogKeyError
  }
  throw new Error('It was opened.')
}

describe('Sealer', () => {
  const sealer = new Sealer({ keys: { a: first }, current: 'a' })

  it('opens what it has sealed', () => {
    const sealed = sealer.seal(plain, 'log:1:10')
    expect(sealer.open(sealed, 'log:1:10')).toBe(plain)
    expect(sealed.key).toBe('a')
    expect(sealed.ciphertext.length).toBe(Buffer.byteLength(plain))
    expect(Buffer.from(sealed.ciphertext).includes('canary')).toBe(false)
    expect(sealer.open(sealer.seal('', 'log:1:10'), 'log:1:10')).toBe('')
  })

  it('seals as AES-256-GCM does, so that other tools can open it', () => {
    const sealed = sealer.seal(plain, 'log:1:10')
    const opening = createDecipheriv('aes-256-gcm', first, sealed.nonce)
    opening.setAAD(Buffer.from('log:1:10')).setAuthTag(sealed.tag)
    expect(opening.update(sealed.ciphertext, undefined, 'utf8') + opening.final('utf8')).toBe(plain)
  })

  it('takes another nonce for every text', () => {
    const nonces = new Set<string>()
    for (let at = 0; at < 1_000; at++) nonces.add(base64(sealer.seal('x', 'log:1:1').nonce))
    expect(nonces.size).toBe(1_000)
  })

  it('refuses what has changed in any part, or stands elsewhere', () => {
    const sealed = sealer.seal('short', 'log:1:10')
    for (const part of ['nonce', 'tag', 'ciphertext'] as const) {
      for (let bit = 0; bit < sealed[part].length * 8; bit++) {
        const bytes = Uint8Array.from(sealed[part])
        bytes[bit >> 3]! ^= 1 << (bit & 7)
        const open = (): string => sealer.open({ ...sealed, [part]: bytes }, 'log:1:10')
        expect(open).toThrow(LogKeyError)
      }
      keyError(() => sealer.open({ ...sealed, [part]: sealed[part].subarray(1) }, 'log:1:10'))
      keyError(() => sealer.open({ ...sealed, [part]: new Uint8Array() }, 'log:1:10'))
    }
    keyError(() => sealer.open(sealed, 'log:11:10'))
  })

  it('seals with the current key, and opens with the one that was', () => {
    const old = sealer.seal(plain, 'log:1:10')
    const rotated = new Sealer({ keys: { a: first, b: base64(second) }, current: 'b' })
    const sealed = rotated.seal(plain, 'log:11:10')
    expect(sealed.key).toBe('b')
    expect(rotated.open(old, 'log:1:10')).toBe(plain)
    expect(rotated.open(sealed, 'log:11:10')).toBe(plain)
    const error = keyError(() => sealer.open(sealed, 'log:11:10'))
    expect(error).toMatchObject({ code: 'LOG_KEY', keyName: 'b' })
    expect(error.message).toContain('The key "b" is needed')
  })

  it('says that a key is another one, and nothing of keys and texts', () => {
    const sealed = sealer.seal(plain, 'log:1:10')
    const other = new Sealer({ keys: { a: second }, current: 'a' })
    const error = keyError(() => other.open(sealed, 'log:1:10'))
    expect(error).toMatchObject({ code: 'LOG_KEY', keyName: 'a' })
    const text = `${error.message} ${String(error.cause)} ${error.stack}`
    expect(text).not.toContain('canary')
    expect(text).not.toContain(base64(first))
    expect(text).not.toContain(base64(second))
  })

  it('keeps its keys when the caller wipes or changes them', () => {
    const key = Uint8Array.from(first)
    const keys: Record<string, Uint8Array> = { a: key }
    const sealer = new Sealer({ keys, current: 'a' })
    const sealed = sealer.seal(plain, 'x')
    key.fill(0)
    delete keys['a']
    expect(sealer.open(sealed, 'x')).toBe(plain)
    expect(sealer.open(sealer.seal(plain, 'y'), 'y')).toBe(plain)
  })
})

describe('requireEncryption', () => {
  it('takes keys as bytes and as base64 text, by any name', () => {
    const keys = requireEncryption({
      keys: { a: first, ['__proto__']: base64(second) },
      current: '__proto__',
    })
    expect([...keys]).toEqual([
      ['a', first],
      ['__proto__', second],
    ])
  })

  const secret = base64(first)
  it.each<[string, unknown, string]>([
    ['no object', 5, 'must be an object'],
    ['text', secret, 'must be an object of { keys, current }'],
    ['an unknown option', { keys: { a: first }, current: 'a', key: 1 }, 'no option "key"'],
    ['no keys', { current: 'a' }, 'encryption.keys must be an object'],
    ['keys that are null', { keys: null, current: 'a' }, 'encryption.keys must be an object'],
    ['a list of keys', { keys: [first], current: '0' }, 'encryption.keys must be an object'],
    [
      'a short key',
      { keys: { a: first.subarray(1) }, current: 'a' },
      'must have 32 bytes, but has 31',
    ],
    ['a short text', { keys: { a: secret.slice(4) }, current: 'a' }, '44 characters'],
    ['a text with more in it', { keys: { a: ` ${secret}` }, current: 'a' }, 'has 45'],
    ['a key that is neither', { keys: { a: 5 }, current: 'a' }, 'must be a Uint8Array of 32 bytes'],
    ['a current key that is none', { keys: { a: first }, current: 'b' }, 'which has: "a".'],
    ['no current key', { keys: { a: first } }, 'which has: "a".'],
    ['no key at all', { keys: {}, current: 'a' }, 'which has: none.'],
    ['an inherited name', { keys: { a: first }, current: 'toString' }, 'which has: "a".'],
  ])('refuses %s, and repeats nothing of a key', (_, options, message) => {
    const refuse = (): unknown => requireEncryption(options)
    expect(refuse).toThrow(ConfigurationError)
    expect(refuse).toThrow(message)
    expect(refuse).not.toThrow(secret.slice(4, 20))
  })
})
