import { createCipheriv, createDecipheriv } from 'node:crypto'
import { requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import { randomBytes } from '../time/random.ts'
import { LogKeyError } from './errors.ts'

/**
 * How payloads are encrypted. To change the key, add one under a new name and make it the `current` one;
 * keep the old ones as long as the log holds what was encrypted with them.
 */
export interface EncryptionOptions {
  /** Keys by name, each of 32 random bytes, or these as base64 text (44 characters). */
  readonly keys: Readonly<Record<string, Uint8Array | string>>
  /** The name of the key that new events are encrypted with. The name is stored, and is no secret. */
  readonly current: string
}

/** Text that cannot be read without its key. */
export interface SealedText {
  /** The name of the key. */
  readonly key: string
  /** 12 bytes that no other text of this key has. */
  readonly nonce: Uint8Array
  /** 16 bytes that only the key, the nonce, the context and the ciphertext together give. */
  readonly tag: Uint8Array
  /** As many bytes as the text has in UTF-8. */
  readonly ciphertext: Uint8Array
}

const cipher = 'aes-256-gcm'
const keyBytes = 32
const nonceBytes = 12
const tagBytes = 16

/**
 * Seals texts with AES-256-GCM and opens them. A nonce is 96 random bits, so one key is good for 2^32
 * texts, and a text is a batch of events.
 *
 * Source: NIST SP 800-38D, 8.2.2 and 8.3.
 */
export class Sealer {
  readonly #keys: ReadonlyMap<string, Uint8Array>
  readonly #current: string

  /** @throws ConfigurationError `CONFIGURATION` unless each key has 32 bytes and `current` is one. */
  constructor(options: EncryptionOptions) {
    this.#keys = requireEncryption(options)
    this.#current = options.current
  }

  /** Whether a key of this name was given. */
  has(key: string): boolean {
    return this.#keys.has(key)
  }

  /**
   * Seals a text, or bytes, with the current key.
   *
   * @param context where the text belongs, such as the log and its positions. Not stored: who opens the
   * text must say the same, so that it cannot be moved to another place.
   */
  seal(plain: string | Uint8Array, context: string): SealedText {
    const nonce = randomBytes(nonceBytes)
    const sealing = createCipheriv(cipher, this.#keys.get(this.#current)!, nonce, {
      authTagLength: tagBytes,
    })
    sealing.setAAD(Buffer.from(context))
    const head = typeof plain === 'string' ? sealing.update(plain, 'utf8') : sealing.update(plain)
    const ciphertext = Buffer.concat([head, sealing.final()])
    return { key: this.#current, nonce, tag: sealing.getAuthTag(), ciphertext }
  }

  /**
   * The text that was sealed, with the key that it was sealed with.
   *
   * @throws LogKeyError `LOG_KEY` if that key was not given, or is another one than it was, or if what
   * was sealed, or its context, is not what it was.
   */
  open(sealed: SealedText, context: string): string {
    return this.openBytes(sealed, context).toString('utf8')
  }

  /** The bytes that were sealed; as {@link Sealer.open}. */
  openBytes(sealed: SealedText, context: string): Buffer {
    const name = JSON.stringify(sealed.key)
    const key = this.#keys.get(sealed.key)
    if (key === undefined) {
      throw new LogKeyError(
        sealed.key,
        `The key ${name} is needed to read these events, and was not given. Add it to encryption.keys.`,
      )
    }
    try {
      const opening = createDecipheriv(cipher, key, sealed.nonce, { authTagLength: tagBytes })
      opening.setAAD(Buffer.from(context))
      opening.setAuthTag(sealed.tag)
      const head = opening.update(sealed.ciphertext)
      // Nothing is handed over before `final` has checked all of it.
      return Buffer.concat([head, opening.final()])
    } catch (error) {
      throw new LogKeyError(
        sealed.key,
        `The key ${name} does not open these events. Give the key that they were encrypted with under this name.`,
        { cause: error },
      )
    }
  }
}

/**
 * The keys of the option `encryption`, by name: copies, so that nobody changes them afterwards. No message
 * repeats anything of a key.
 *
 * @throws ConfigurationError `CONFIGURATION` unless each key has 32 bytes and `current` is one.
 */
export function requireEncryption(options: unknown): ReadonlyMap<string, Uint8Array> {
  if (typeof options === 'string') {
    throw new ConfigurationError('encryption must be an object of { keys, current }, but is text.')
  }
  requireOptions('encryption', options, ['keys', 'current'])
  const { keys, current } = options as { readonly keys: unknown; readonly current: unknown }
  if (typeof keys !== 'object' || keys === null || Array.isArray(keys)) {
    throw new ConfigurationError('encryption.keys must be an object of keys by name.')
  }
  const known = new Map<string, Uint8Array>()
  for (const [name, key] of Object.entries(keys)) known.set(name, requireKey(name, key))
  if (typeof current !== 'string' || !known.has(current)) {
    throw new ConfigurationError(
      `encryption.current must be the name of a key in encryption.keys, which has: ${[...known.keys()].map((name) => JSON.stringify(name)).join(', ') || 'none'}.`,
    )
  }
  return known
}

function requireKey(name: string, key: unknown): Uint8Array {
  const what = `encryption.keys[${JSON.stringify(name)}]`
  if (key instanceof Uint8Array) {
    if (key.length === keyBytes) return Uint8Array.from(key)
    throw new ConfigurationError(`${what} must have ${keyBytes} bytes, but has ${key.length}.`)
  }
  if (typeof key !== 'string') {
    throw new ConfigurationError(
      `${what} must be a Uint8Array of ${keyBytes} bytes, or base64 text.`,
    )
  }
  const bytes = Buffer.from(key, 'base64')
  // Node reads past what is no base64; only the text that these bytes give is taken.
  if (bytes.length === keyBytes && bytes.toString('base64') === key) return Uint8Array.from(bytes)
  throw new ConfigurationError(
    `${what} must be the base64 text of ${keyBytes} bytes: 44 characters, but has ${key.length} or others.`,
  )
}
