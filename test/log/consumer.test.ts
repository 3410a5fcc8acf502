import { openStore } from 'tradewire/log'
import { describe, expect, it } from 'vitest'
import { coded } from '../support/buses.ts'
import { killable, noted, NoteStore, settle } from '../support/consumed.ts'
import { logCatalog } from '../support/logged-events.ts'

describe('consume', () => {
  it('calls the handler with every event, one after the other, from the first on', async () => {
    const { log, append } = await noted()
    await append('abc')
    const seen: string[] = []
    let running = 0
    const consumer = await log.consume('books', async (event, { position, attempt }) => {
      running += 1
      expect(running).toBe(1)
      await Promise.resolve()
      seen.push(`${position}.${attempt}:${event.type}`)
      running -= 1
    })
    await append('d!')
    await consumer.caughtUp()
    expect(seen).toEqual([
      '1.1:note.made',
      '2.1:note.made',
      '3.1:note.made',
      '4.1:note.made',
      '5.1:alarm.rung',
    ])
    expect(consumer).toMatchObject({ name: 'books', position: 5, consumed: 5, running: true })
  })

  it('types the events by pattern', async () => {
    const { log, append } = await noted()
    await append('a!b')
    const texts: string[] = []
    const consumer = await log.consume(
      'texts',
      ({ data }) => {
        texts.push(data.text)
      },
      { pattern: ['note.made', 'alarm.rung'] },
    )
    await consumer.caughtUp()
    expect(texts).toEqual(['a', '!', 'b'])
  })

  it('goes on where it has stopped, in the next process too', async () => {
    const { log, store, append } = await noted()
    await append('abc')
    const first = await log.consume('books', () => {})
    await first.caughtUp()
    await first.stop()
    expect(first.running).toBe(false)
    await expect(first.stopped).resolves.toBeUndefined()
    await append('de')
    await log.close()

    const again = await noted(store)
    const positions: number[] = []
    const second = await again.log.consume('books', (_, { position }) => positions.push(position))
    await second.caughtUp()
    expect(positions).toEqual([4, 5])
    expect(second.consumed).toBe(2)
  })

  it('begins where it is told to, but only the first time', async () => {
    const { log, append } = await noted()
    await append('abcd')
    const positions: number[] = []
    const handler = (_: unknown, { position }: { position: number }) => positions.push(position)
    const first = await log.consume('books', handler, { from: 3 })
    await first.caughtUp()
    await first.stop()
    const second = await log.consume('books', handler, { from: 1 })
    await second.caughtUp()
    expect(positions).toEqual([3, 4])
  })

  it('begins at the end, and remembers where that was although nothing came', async () => {
    const store = new NoteStore()
    const { log, append } = await noted(store)
    await append('abc')
    const process = killable(store)
    const doomed = await openStore(process.store, { catalog: logCatalog })
    await doomed.consume('books', () => {}, { from: 'end' })
    process.kill()
    await append('de')
    const positions: number[] = []
    const consumer = await log.consume('books', (_, { position }) => positions.push(position), {
      from: 'end',
    })
    await consumer.caughtUp()
    expect(positions).toEqual([4, 5])
  })

  it('gives what it was not done with to the next, when the process is killed', async () => {
    const store = new NoteStore()
    const { log, append } = await noted(store)
    await append('abcd')
    const process = killable(store)
    const doomed = await openStore(process.store, { catalog: logCatalog })
    const before: number[] = []
    await doomed.consume('books', (_, { position }) => {
      before.push(position)
      return position === 3 ? new Promise(() => {}) : undefined
    })
    await settle()
    process.kill()
    const after: number[] = []
    const consumer = await log.consume('books', (_, { position }) => after.push(position))
    await consumer.caughtUp()
    expect(before).toEqual([1, 2, 3])
    expect(after).toEqual([3, 4])
  })

  it('refuses a second one of its name, also while the first is starting or stopping', async () => {
    const { log, append } = await noted()
    await append('a')
    const busy = expect.objectContaining({ code: 'CONSUMER_BUSY', consumer: 'books' })
    let finish = (): void => {}
    const starting = log.consume('books', () => new Promise<void>((resolve) => (finish = resolve)))
    await expect(log.consume('books', () => {})).rejects.toEqual(busy)
    const first = await starting
    await settle()
    await expect(log.consume('books', () => {})).rejects.toEqual(busy)
    const stopping = first.stop()
    await settle()
    await expect(log.consume('books', () => {})).rejects.toEqual(busy)
    finish()
    await stopping
    const second = await log.consume('books', () => {})
    expect(second.position).toBe(1)
  })

  it('frees the name when it could not be started', async () => {
    const { log, store } = await noted()
    store.refusals = 1
    await expect(log.consume('books', () => {})).rejects.toEqual(coded('LOG_STORAGE'))
    await expect(log.consume('books', () => {})).resolves.toBeDefined()
  })

  it('stops with the log, and reports nothing', async () => {
    const { log, store, append } = await noted()
    await append('ab')
    const consumer = await log.consume('books', () => {})
    await consumer.caughtUp()
    await log.close()
    await expect(consumer.stopped).resolves.toBeUndefined()
    expect(await store.cursor('books')).toBe(2)
    await expect(log.consume('more', () => {})).rejects.toEqual(coded('LOG_CLOSED'))
  })

  it('is not started when the log is closed meanwhile', async () => {
    const { log } = await noted()
    const starting = log.consume('books', () => {})
    const closing = log.close()
    await expect(starting).rejects.toEqual(coded('LOG_CLOSED'))
    await closing
  })

  it('is not started when the log is closed while it looks where it was', async () => {
    const { log, append } = await noted()
    await append('a')
    const first = await log.consume('books', () => {})
    await first.stop()
    const starting = log.consume('books', () => {})
    const closing = log.close()
    await expect(starting).rejects.toEqual(coded('LOG_CLOSED'))
    await closing
  })

  it('stops before an event that the catalog does not know, or hands it over', async () => {
    const { store, append } = await noted()
    await append('a!')
    const other = await openStore(store, { onError: () => {} })
    const refusing = await other.consume('refusing', () => {})
    await expect(refusing.stopped).rejects.toEqual(coded('EVENT_UNKNOWN'))
    expect(refusing.position).toBe(0)
    const types: string[] = []
    const keeping = await other.consume('keeping', ({ type }) => types.push(type), {
      unknown: 'keep',
    })
    await keeping.caughtUp()
    expect(types).toEqual(['note.made', 'alarm.rung'])
  })

  for (const [what, options] of Object.entries({
    'an unknown option': { form: 1 },
    'a bad start': { from: 0 },
    'a start in words': { from: 'start' },
    'a bad policy': { onFailure: 'ignore' },
    'a bad policy for what is unknown': { unknown: 'skip' },
    'a bad timeout': { timeoutMs: 0 },
    'a timeout below 0': { timeoutMs: -1 },
    'no attempts': { retry: { attempts: 0 } },
    'a wait below 0': { retry: { initialMs: -1 } },
    'a longest wait below the first': { retry: { initialMs: 10, maxMs: 9 } },
    'an unknown option of retry': { retry: { jitter: 'full' } },
    'no patterns': { pattern: [] },
  })) {
    it(`refuses ${what}`, async () => {
      const { log } = await noted()
      // What the compiler would refuse.
      const bad = options as object
      await expect(log.consume('books', () => {}, bad)).rejects.toEqual(coded('CONFIGURATION'))
    })
  }

  it('belongs to its pattern: under its name no other one goes on', async () => {
    const { log, append, store } = await noted()
    await append('a!b')
    const both = { pattern: ['note.made', 'alarm.rung'] } as const
    const first = await log.consume('books', () => {}, both)
    await first.caughtUp()
    await first.stop()
    const other = log.consume('books', () => {}, { pattern: 'note.*' })
    await expect(other).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringContaining('with { from: 4 } it goes on from there'),
    })
    await expect(log.consume('books', () => {})).rejects.toThrow('the other events of ["*"]')
    expect(await store.cursor('books')).toBe(3)
    const same = await log.consume('books', () => {}, {
      pattern: ['alarm.rung', 'note.made', 'alarm.rung'],
    })
    expect(same.position).toBe(3)
    await (await log.consume('all', () => {}, { pattern: '**' })).stop()
    await (await log.consume('all', () => {}, { pattern: ['order.*', '*'] })).stop()
    await expect(log.consume('all', () => {})).resolves.toMatchObject({ name: 'all' })
  })

  it('refuses a pattern that nothing could match, a bad name and what is no handler', async () => {
    const { log } = await noted()
    const none = undefined as unknown as () => void
    const misspelt = { pattern: 'note.mad' } as object
    await expect(log.consume('books', () => {}, misspelt)).rejects.toEqual(coded('EVENT_UNKNOWN'))
    await expect(log.consume('', () => {})).rejects.toEqual(coded('CONFIGURATION'))
    await expect(log.consume('x'.repeat(257), () => {})).rejects.toEqual(coded('CONFIGURATION'))
    await expect(log.consume('books', none)).rejects.toEqual(coded('CONFIGURATION'))
  })

  it('is no business of a log that is only read', async () => {
    const store = new NoteStore()
    const readOnly = new Proxy(store, {
      get: (target, key) => {
        const value: unknown = key === 'readOnly' ? true : Reflect.get(target, key)
        return typeof value === 'function' ? (value.bind(target) as unknown) : value
      },
    })
    const log = await openStore(readOnly)
    await expect(log.consume('books', () => {})).rejects.toEqual(coded('LOG_READ_ONLY'))
  })
})
