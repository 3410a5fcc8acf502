const alphabet = '0123456789abcdefghijklmnopqrstuvwxyz'

/**
 * A name for one run of a bus that no other run has: 16 characters of 0-9 and a-z from the
 * platform's cryptographic source, about 82 bits.
 */
export function randomRun(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  let run = ''
  // 256 is no multiple of 36: the first four characters are a little likelier, which costs 0.1 bit.
  for (const byte of bytes) run += alphabet[byte % alphabet.length]
  return run
}

/** A seed for {@link seededRandom} that no other run has: a whole number of 32 bits. */
export function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!
}

/**
 * Numbers from 0 to below 1 that look random, and are the same for the same seed: for jitter, not for
 * secrets.
 *
 * Source: Guy Steele, Doug Lea, Christine Flood, "Fast Splittable Pseudorandom Number Generators",
 * 2014, with the 32-bit mixing of MurmurHash3.
 *
 * @param seed a whole number; its lowest 32 bits count.
 */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x9e37_79b9) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85eb_ca6b)
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35)
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32
  }
}

/**
 * Bytes that nobody can guess, from the platform's cryptographic source: for nonces and keys.
 *
 * @param length how many: a whole number from 0 to 65,536.
 */
export function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(length))
}
