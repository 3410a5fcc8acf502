import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { ConnectionSocket, readMessage } from '../../src/desk/connection-socket.ts'
import { FakeSocket } from './connection-fake.ts'

/** A fake emitter: it has the methods of a socket, and no network behind it. */
class FakeEmitter extends EventEmitter {
  readonly readyState = 1
  closes = 0
  send(): void {}
  close(): void {
    this.closes += 1
  }
}

/** What a listener was told. */
function listening() {
  const heard: unknown[] = []
  const listener = {
    opened: () => heard.push('opened'),
    message: (data: unknown) => heard.push(data),
    closed: (code: number | undefined, reason: string) => heard.push([code, reason]),
    failed: (error: unknown) => heard.push(error),
  }
  return { heard, listener }
}

describe('ConnectionSocket', () => {
  it('understands emitters of other packages than ws', () => {
    const { heard, listener } = listening()
    const emitter = new FakeEmitter()
    expect(new ConnectionSocket(emitter, listener).open).toBe(true)
    emitter.emit('open')
    emitter.emit('message', 'text')
    emitter.emit('message', 'text', false)
    emitter.emit('message', new Uint8Array([104, 105]))
    emitter.emit('message', new Uint8Array([104, 105]), true)
    emitter.emit('message', new Uint8Array([104, 105]), false)
    emitter.emit('error', 'no error object')
    emitter.emit('close')
    emitter.emit('close', '1000', 'text')
    emitter.emit('close', 1001, new Uint8Array([104, 105]))
    expect(heard).toEqual([
      'opened',
      'text',
      'text',
      new Uint8Array([104, 105]),
      new Uint8Array([104, 105]),
      'hi',
      'no error object',
      [undefined, ''],
      [undefined, 'text'],
      [1001, 'hi'],
    ])
  })

  it('understands what events leave out', () => {
    const { heard, listener } = listening()
    const socket = new FakeSocket()
    expect(new ConnectionSocket(socket, listener).open).toBe(false)
    socket.say('error')
    socket.say('error', { message: 'refused' })
    socket.say('error', { message: '', error: new TypeError('') })
    const coded = Object.assign(new Error(''), { code: 'ECONNRESET' })
    socket.say('error', { error: coded })
    socket.say('error', { error: 'text' })
    socket.say('close')
    expect(heard).toEqual([
      new Error('The socket has failed.'),
      new Error('refused'),
      new Error('The socket has failed.'),
      coded,
      'text',
      [undefined, ''],
    ])
  })

  it('asks for bytes that can be read at once', () => {
    const { listener } = listening()
    const blobs = Object.assign(new FakeSocket(), { binaryType: 'blob' })
    const buffers = Object.assign(new FakeSocket(), { binaryType: 'nodebuffer' })
    for (const socket of [blobs, buffers])
      expect(new ConnectionSocket(socket, listener)).toBeDefined()
    expect([blobs.binaryType, buffers.binaryType]).toEqual(['arraybuffer', 'nodebuffer'])
  })

  it('closes what cannot be terminated', () => {
    const emitter = new FakeEmitter()
    new ConnectionSocket(emitter, listening().listener).drop()
    expect(emitter.closes).toBe(1)
  })
})

describe('readMessage', () => {
  it('refuses what can only be read later', () => {
    expect(() => readMessage(new Blob(['a']))).toThrow('A message must be text or bytes')
    expect(() => readMessage([new Uint8Array([1])])).toThrow('but is an array of 1')
  })
})
