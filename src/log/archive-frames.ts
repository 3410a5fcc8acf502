import { ArchiveError } from './errors.ts'
import type { Sealer } from './sealing.ts'

/*
 * A sealed archive: frames, each a flag (1 for the last, else 0), the length of the name of the key (1
 * byte), the name, the nonce (12), the tag (16), the length of the ciphertext (4, the highest byte first),
 * the ciphertext. A frame holds up to 1 MiB. What it is sealed for names the file, the number of the frame and
 * the flag: so none can be swapped, left out or cut off.
 */

/** The most bytes of a frame. AES-GCM leaves their number as it is. */
const frameBytes = 1024 * 1024
const nonceBytes = 12
const tagBytes = 16
const lengthBytes = 4

function context(name: string, number: number, last: boolean): string {
  return `tradewire-archive:${name}:${number}:${last ? 'last' : 'more'}`
}

/** Seals a stream, frame by frame. */
export function sealing(
  sealer: Sealer,
  name: string,
): (source: AsyncIterable<Uint8Array>) => AsyncGenerator<Uint8Array, void, void> {
  return async function* seal(source) {
    let number = 0
    let waiting: Uint8Array[] = []
    let size = 0
    for await (const chunk of source) {
      waiting.push(chunk)
      size += chunk.length
      if (size <= frameBytes) continue
      let all = Buffer.concat(waiting)
      // The last frame is known only when the source has ended: something always stays behind.
      for (; all.length > frameBytes; all = all.subarray(frameBytes), number += 1) {
        yield frame(sealer, name, number, false, all.subarray(0, frameBytes))
      }
      waiting = [all]
      size = all.length
    }
    yield frame(sealer, name, number, true, Buffer.concat(waiting))
  }
}

function frame(
  sealer: Sealer,
  name: string,
  number: number,
  last: boolean,
  bytes: Buffer,
): Uint8Array {
  const sealed = sealer.seal(bytes, context(name, number, last))
  const key = Buffer.from(sealed.key)
  const length = Buffer.alloc(lengthBytes)
  length.writeUInt32BE(sealed.ciphertext.length)
  const head = Buffer.from([last ? 1 : 0, key.length])
  return Buffer.concat([head, key, sealed.nonce, sealed.tag, length, sealed.ciphertext])
}

/**
 * Opens what {@link sealing} has sealed. Nothing of a frame is handed over before all of it is proved.
 *
 * @throws ArchiveError `ARCHIVE_INVALID` if frames are missing, or something stands behind the last.
 * @throws LogKeyError `LOG_KEY` if the key is missing or another one, or a frame is not what it was.
 */
export function opening(
  sealer: Sealer,
  name: string,
): (source: AsyncIterable<Uint8Array>) => AsyncGenerator<Uint8Array, void, void> {
  return async function* open(source) {
    const bytes = new ByteQueue(source[Symbol.asyncIterator](), name)
    for (let number = 0; ; number += 1) {
      const head = await bytes.take(2)
      const last = head.readUInt8(0) === 1
      const key = (await bytes.take(head.readUInt8(1))).toString()
      const nonce = await bytes.take(nonceBytes)
      const tag = await bytes.take(tagBytes)
      const length = (await bytes.take(lengthBytes)).readUInt32BE()
      if (length > frameBytes) throw new ArchiveError(`${name}: frame ${number} is malformed.`)
      const ciphertext = await bytes.take(length)
      yield sealer.openBytes({ key, nonce, tag, ciphertext }, context(name, number, last))
      if (!last) continue
      if (await bytes.ended()) return
      throw new ArchiveError(`${name}: something stands behind its last frame.`)
    }
  }
}

class ByteQueue {
  readonly #source: AsyncIterator<Uint8Array>
  readonly #name: string
  #rest: Buffer = Buffer.alloc(0)

  constructor(source: AsyncIterator<Uint8Array>, name: string) {
    this.#source = source
    this.#name = name
  }

  /** The next `length` bytes. */
  async take(length: number): Promise<Buffer> {
    const pieces = [this.#rest]
    let size = this.#rest.length
    while (size < length) {
      const next = await this.#source.next()
      if (next.done === true) throw new ArchiveError(`${this.#name}: it ends within a frame.`)
      pieces.push(Buffer.from(next.value))
      size += next.value.length
    }
    const all = pieces.length === 1 ? this.#rest : Buffer.concat(pieces)
    this.#rest = all.subarray(length)
    return all.subarray(0, length)
  }

  async ended(): Promise<boolean> {
    return this.#rest.length === 0 && (await this.#source.next()).done === true
  }
}
