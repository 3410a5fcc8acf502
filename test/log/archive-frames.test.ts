import { ArchiveError, LogKeyError } from 'tradewire/log'
import { describe, expect, it } from 'vitest'
import { opening, sealing } from '../../src/log/archive-frames.ts'
import { Sealer } from '../../src/log/sealing.ts'
import { seededRandom } from '../../src/time/random.ts'

const sealer = new Sealer({ keys: { key: new Uint8Array(32).fill(3) }, current: 'key' })
const frameBytes = 1024 * 1024
/** A flag, the length of the name of the key, the name, nonce, tag and length of the ciphertext. */
const headBytes = 1 + 1 + 3 + 12 + 16 + 4

function bytesOf(length: number): Buffer {
  const random = seededRandom(length)
  return Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)))
}

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array, void, void> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function gathered(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of source) pieces.push(piece)
  return Buffer.concat(pieces)
}

const sealed = (bytes: Uint8Array, size = 65_536): Promise<Buffer> =>
  gathered(sealing(sealer, 'file')(inPieces(bytes, size)))

const opened = (bytes: Uint8Array, name = 'file', size = 65_536): Promise<Buffer> =>
  gathered(opening(sealer, name)(inPieces(bytes, size)))

/** The frames that a sealed text is made of. */
function framesOf(bytes: Buffer): Buffer[] {
  const frames: Buffer[] = []
  for (let at = 0; at < bytes.length;) {
    const end = at + headBytes + bytes.readUInt32BE(at + headBytes - 4)
    frames.push(bytes.subarray(at, end))
    at = end
  }
  return frames
}

describe('sealing', () => {
  it.each([0, 1, 5_000, frameBytes - 1, frameBytes, frameBytes + 1, 2 * frameBytes, 2_500_000])(
    'gives back %i bytes, in frames that end where they must',
    async (length) => {
      const bytes = bytesOf(length)
      for (const size of [4_096, 3 * frameBytes]) {
        const text = await sealed(bytes, size)
        expect(framesOf(text)).toHaveLength(Math.max(1, Math.ceil(length / frameBytes)))
        expect((await opened(text, 'file', size)).equals(bytes)).toBe(true)
      }
    },
  )

  it('opens under no other name', async () => {
    await expect(opened(await sealed(bytesOf(10)), 'another')).rejects.toThrow(LogKeyError)
  })

  it('notices frames that are swapped, left out, doubled or cut off', async () => {
    const [one, two, three] = framesOf(await sealed(bytesOf(2 * frameBytes + 100)))
    const of = (...frames: (Buffer | undefined)[]): Promise<Buffer> =>
      opened(Buffer.concat(frames.map((frame) => frame!)))
    await expect(of(two, one, three)).rejects.toThrow(LogKeyError)
    await expect(of(one, three)).rejects.toThrow(LogKeyError)
    await expect(of(one, one, two, three)).rejects.toThrow(LogKeyError)
    await expect(of(one, two)).rejects.toThrow('file: it ends within a frame.')
    await expect(of(one, two, three, three)).rejects.toThrow('something stands behind its last')
    const last = Buffer.from(two!)
    last.writeUInt8(1, 0)
    await expect(of(one, last)).rejects.toThrow(LogKeyError)
  })

  it('reads no frame that is too long', async () => {
    const text = await sealed(bytesOf(10))
    text.writeUInt32BE(0xffff_ffff, headBytes - 4)
    await expect(opened(text)).rejects.toThrow(ArchiveError)
    await expect(opened(Buffer.alloc(0))).rejects.toThrow(ArchiveError)
  })
})
