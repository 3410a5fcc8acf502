import { EventEmitter as NodeEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import Emittery from 'emittery'
import { EventEmitter2 } from 'eventemitter2'
import { EventEmitter as EventEmitter3 } from 'eventemitter3'
import { createHooks } from 'hookable'
import mitt from 'mitt'
import { createNanoEvents } from 'nanoevents'
import { Subject, take } from 'rxjs'
import { EventEmitter as Tseep } from 'tseep'
import { createBus, defineEvents, z } from 'tradewire'
import { describe, expect, it } from 'vitest'

type Listener = (value: string) => unknown

/** What the comparison in the README needs of an emitter; events are strings. */
interface Peer {
  on(listener: Listener): void
  /** Undefined where the peer has no `once`. */
  once?(listener: Listener): void
  emit(value: string): unknown
}

const catalog = defineEvents({
  'test.event': {
    description: 'Carries a string.',
    payload: z.strictObject({ value: z.string() }),
    example: { value: 'a' },
  },
})

const peers: Record<string, () => Peer> = {
  tradewire: () => {
    const bus = createBus({ catalog, onError: () => {} })
    return {
      on: (listener) => bus.on('test.event', ({ data }) => listener(data.value)),
      once: (listener) => bus.once('test.event', ({ data }) => listener(data.value)),
      emit: (value) => bus.emit('test.event', { value }),
    }
  },
  eventemitter3: () => nodeLike(new EventEmitter3()),
  tseep: () => nodeLike(new Tseep<{ e: (value: string) => void }>()),
  'node:events': () => nodeLike(new NodeEmitter()),
  mitt: () => {
    // Its types describe the CommonJS build, where the function is a property of the default.
    const create = mitt as unknown as typeof mitt.default
    const emitter = create<{ e: string }>()
    return {
      on: (listener) => emitter.on('e', listener),
      emit: (value) => emitter.emit('e', value),
    }
  },
  nanoevents: () => {
    const emitter = createNanoEvents<{ e: Listener }>()
    return {
      on: (listener) => void emitter.on('e', listener),
      emit: (value) => emitter.emit('e', value),
    }
  },
  eventemitter2: () => {
    const emitter = new EventEmitter2()
    return {
      on: (listener) => void emitter.on('e', listener),
      once: (listener) => void emitter.once('e', listener),
      emit: (value) => emitter.emitAsync('e', value),
    }
  },
  emittery: () => {
    const emitter = new Emittery<{ e: string }>()
    return {
      on: (listener) => void emitter.on('e', ({ data }) => listener(data) as void),
      once: (listener) => void emitter.once('e').then(({ data }) => listener(data)),
      emit: (value) => emitter.emit('e', value),
    }
  },
  hookable: () => {
    const hooks = createHooks<{ e: (value: string) => void }>()
    return {
      on: (listener) => void hooks.hook('e', (value) => listener(value) as void),
      once: (listener) => void hooks.hookOnce('e', (value) => listener(value) as void),
      emit: (value) => hooks.callHookParallel('e', value),
    }
  },
  rxjs: () => {
    const subject = new Subject<string>()
    return {
      on: (listener) => void subject.subscribe((value) => void listener(value)),
      once: (listener) => void subject.pipe(take(1)).subscribe((value) => void listener(value)),
      emit: (value) => subject.next(value),
    }
  },
}

interface NodeLike {
  on(event: 'e', listener: Listener): unknown
  once(event: 'e', listener: Listener): unknown
  emit(event: 'e', value: string): unknown
}

function nodeLike(emitter: NodeLike): Peer {
  return {
    on: (listener) => void emitter.on('e', listener),
    once: (listener) => void emitter.once('e', listener),
    emit: (value) => emitter.emit('e', value),
  }
}

/** Whether a listener has run by the time that emit returns. */
function emitsAtOnce(peer: Peer): boolean {
  let ran = false
  peer.on(() => {
    ran = true
  })
  void peer.emit('a')
  return ran
}

/** Whether what emit returns can be awaited for an asynchronous listener to end. */
async function awaitsListeners(peer: Peer): Promise<boolean> {
  let ended = false
  peer.on(async () => {
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve()
    ended = true
  })
  await peer.emit('a')
  return ended
}

/** Whether the second of two listeners hears an outer event before the inner one it led to. */
async function keepsOneOrder(peer: Peer): Promise<boolean> {
  const heard: string[] = []
  peer.on((value) => {
    if (value === 'outer') void peer.emit('inner')
  })
  peer.on((value) => heard.push(value))
  await peer.emit('outer')
  await new Promise(setImmediate)
  return heard.join() === 'outer,inner'
}

/** How often a once-listener is called whose neighbour, also once, emits again. */
async function nestedOnceCalls(peer: Peer): Promise<number> {
  let calls = 0
  peer.once!(() => void peer.emit('again'))
  peer.once!(() => {
    calls += 1
  })
  await peer.emit('first')
  await new Promise(setImmediate)
  return calls
}

/** What a throwing listener does to its neighbour and to the emitter. */
async function afterThrow(peer: Peer): Promise<'isolated' | 'others run' | 'others do not run'> {
  let ran = false
  peer.on(() => {
    throw new Error('thrown by a listener')
  })
  peer.on(() => {
    ran = true
  })
  try {
    await peer.emit('a')
  } catch {
    return ran ? 'others run' : 'others do not run'
  }
  return ran ? 'isolated' : 'others do not run'
}

describe('the comparison in the README', () => {
  const cells = readTable()

  for (const [name, create] of Object.entries(peers)) {
    it(`says of ${name} what it does`, async () => {
      const row = (label: string): string => cells(label, name)
      expect(row('emit at once, synchronously')).toBe(emitsAtOnce(create()) ? 'yes' : 'no')
      expect(row('emit and await every handler')).toBe(
        (await awaitsListeners(create())) ? 'yes' : 'no',
      )
      expect(row('nobody sees effect before cause, nested emits included')).toBe(
        (await keepsOneOrder(create())) ? 'yes' : 'no',
      )
      const peer = create()
      if (peer.once !== undefined) {
        const fires = (await nestedOnceCalls(peer)) === 1
        expect(row('nested `once` fires once')).toBe(fires ? 'yes' : 'no')
      } else expect(row('nested `once` fires once')).toBe('no `once`')
      if (name === 'rxjs') return // It throws later, outside of any emit: see the row itself.
      const outcome = await afterThrow(create())
      const cell = row('a failing handler disturbs nobody')
      const expected = {
        isolated: 'yes',
        'others run': 'others run, the emitter rejects',
        'others do not run': 'no',
      }
      expect(cell).toBe(expected[outcome])
    })
  }
})

/** Reads the cell of a row and a column from the first table of the README. */
function readTable(): (label: string, peer: string) => string {
  const lines = readFileSync('README.md', 'utf8').split('\n')
  const rows = lines
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').slice(1, -1))
  const header = rows[0]!.map((cell) => cell.trim().split(/,? /))
  return (label, peer) => {
    const row = rows.find(([first]) => first!.trim() === label)
    const column = header.findIndex((names) => names.includes(peer))
    return row![column]!.trim()
  }
}
