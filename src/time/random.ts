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
