import { describe, expect, it } from 'vitest'
import { onRejection, toPromise } from '../../src/delivery/thenable.ts'
import { rest } from '../support/buses.ts'
import { unhandledDuring } from '../support/rejections.ts'

class Bad<Value> extends Promise<Value> {
  // oxlint-disable-next-line unicorn/no-thenable -- what it is here for.
  override then(): never {
    throw new Error('bad then')
  }
}

function thenable(then: unknown): object {
  // oxlint-disable-next-line unicorn/no-thenable -- what it is here for.
  return { then }
}

async function outcomeOf(result: object): Promise<string> {
  const promise = toPromise(result)
  if (promise === undefined) return 'no thenable'
  try {
    return `resolved ${String(await promise)}`
  } catch (error) {
    return `rejected ${String(error)}`
  }
}

describe('toPromise', () => {
  it('returns a native promise as it is', () => {
    const promise = Promise.resolve(1)
    expect(toPromise(promise)).toBe(promise)
  })

  it.each<[string, () => object, string]>([
    ['an object', () => ({}), 'no thenable'],
    ['a then that is no function', () => thenable(5), 'no thenable'],
    ['a function', () => () => {}, 'no thenable'],
    ['a thenable', () => thenable((resolve: (value: number) => void) => resolve(1)), 'resolved 1'],
    [
      'a thenable that rejects',
      () => thenable((_: unknown, reject: (error: unknown) => void) => reject(new Error('no'))),
      'rejected Error: no',
    ],
    [
      'a thenable that resolves twice',
      () =>
        thenable((resolve: (value: number) => void) => {
          resolve(1)
          resolve(2)
        }),
      'resolved 1',
    ],
    [
      'a thenable that calls both',
      () =>
        thenable((resolve: (value: number) => void, reject: (error: unknown) => void) => {
          resolve(1)
          reject(new Error('too'))
          throw new Error('and this')
        }),
      'resolved 1',
    ],
    [
      'a thenable that throws',
      () =>
        thenable(() => {
          throw new Error('from then')
        }),
      'rejected Error: from then',
    ],
    [
      'a then that is an async function which throws',
      () =>
        thenable(async () => {
          await rest()
          throw new Error('later')
        }),
      'rejected Error: later',
    ],
    [
      'a thenable that resolves to a thenable that throws',
      () =>
        thenable((resolve: (value: unknown) => void) =>
          resolve(
            thenable(() => {
              throw new Error('inner')
            }),
          ),
        ),
      'rejected Error: inner',
    ],
    [
      'a getter that throws',
      () =>
        // oxlint-disable-next-line unicorn/no-thenable -- what it is here for.
        Object.defineProperty({}, 'then', {
          get() {
            throw new Error('from getter')
          },
        }),
      'rejected Error: from getter',
    ],
    ['a subclass', () => class Own extends Promise<number> {}.resolve(1), 'resolved 1'],
    ['a subclass with a bad then', () => Bad.resolve(1), 'rejected Error: bad then'],
    [
      'a rejected subclass with a bad then',
      () => Bad.reject(new Error('x')),
      'rejected Error: bad then',
    ],
    [
      'a promise whose then is gone',
      () => Object.assign(Promise.reject(new Error('x')), thenable(undefined)),
      'no thenable',
    ],
    [
      'a rejected promise whose then throws when it is read',
      () =>
        // oxlint-disable-next-line unicorn/no-thenable -- what it is here for.
        Object.defineProperty(Promise.reject(new Error('x')), 'then', {
          get() {
            throw new Error('from getter')
          },
        }),
      'rejected Error: from getter',
    ],
    [
      'a promise whose constructor throws',
      () =>
        Object.defineProperty(Promise.resolve(1), 'constructor', {
          get() {
            throw new Error('from constructor')
          },
        }),
      'rejected Error: from constructor',
    ],
    [
      'a promise whose constructor throws the second time',
      () => {
        let reads = 0
        return Object.defineProperty(Promise.resolve(1), 'constructor', {
          get() {
            reads += 1
            if (reads > 1) throw new Error('from constructor')
            return Promise
          },
        })
      },
      'rejected Error: from constructor',
    ],
    [
      'a proxy of a promise',
      () => new Proxy(Promise.resolve(1), {}),
      'rejected TypeError: Method Promise.prototype.then called on incompatible receiver #<Promise>',
    ],
    [
      'an object with the prototype of a promise',
      () => Object.create(Promise.prototype) as object,
      'rejected TypeError: Method Promise.prototype.then called on incompatible receiver #<Promise>',
    ],
  ])('turns %s into what it stands for', async (_name, make, expected) => {
    const unhandled = await unhandledDuring(async () => {
      expect(await outcomeOf(make())).toBe(expected)
    })
    expect(unhandled).toEqual([])
  })

  it('turns a revoked proxy into a rejection', async () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    expect(await outcomeOf(proxy)).toContain('rejected TypeError')
  })

  it('never settles where the thenable never does', async () => {
    let settled = false
    const note = (): void => {
      settled = true
    }
    toPromise(thenable(() => {}))!.then(note, note)
    await rest()
    expect(settled).toBe(false)
  })
})

describe('onRejection', () => {
  it('hears of a promise that rejects, and of nothing else', async () => {
    const heard: unknown[] = []
    const react = (error: unknown): void => {
      heard.push(error)
    }
    for (const result of [undefined, null, 5, {}, Promise.resolve(1)]) onRejection(result, react)
    onRejection(Promise.reject(new Error('x')), react)
    onRejection(Bad.reject(new Error('y')), react)
    await rest()
    expect(heard).toEqual([new Error('x'), new Error('y')])
  })

  it('does not throw where a prototype does', () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    expect(() => onRejection(proxy, () => {})).not.toThrow()
  })
})

describe('unhandledDuring', () => {
  it('catches a rejection that nobody handles', async () => {
    const planted = new Error('planted')
    expect(await unhandledDuring(() => void Promise.reject(planted))).toEqual([planted])
  })
})
