import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { Chain, type Linked } from '../../src/delivery/chain.ts'

class Bead implements Linked<Bead> {
  readonly name: number
  previous: Bead | undefined = undefined
  next: Bead | undefined = undefined

  constructor(name: number) {
    this.name = name
  }
}

/** The names in a chain, read from its first item on and from its last item back. */
function namesOf(chain: Chain<Bead>): { forward: number[]; back: number[] } {
  const forward: number[] = []
  const back: number[] = []
  for (let bead = chain.first; bead !== undefined; bead = bead.next) forward.push(bead.name)
  for (let bead = chain.last; bead !== undefined; bead = bead.previous) back.unshift(bead.name)
  return { forward, back }
}

function chainOf(...names: number[]): { chain: Chain<Bead>; beads: Bead[] } {
  const chain = new Chain<Bead>()
  const beads = names.map((name) => new Bead(name))
  for (const bead of beads) chain.append(bead)
  return { chain, beads }
}

describe('Chain', () => {
  it('is empty at first', () => {
    const chain = new Chain<Bead>()
    expect(chain).toMatchObject({ first: undefined, last: undefined, size: 0 })
  })

  it('inserts at the front, in the middle and, without a successor, at the end', () => {
    const { chain, beads } = chainOf(1, 2)
    chain.insertBefore(new Bead(10), beads[0])
    chain.insertBefore(new Bead(11), beads[1])
    chain.insertBefore(new Bead(12), undefined)
    const names = [10, 1, 11, 2, 12]
    expect(namesOf(chain)).toEqual({ forward: names, back: names })
    expect(chain.size).toBe(5)
  })

  it.each([
    [0, [2, 3]],
    [1, [1, 3]],
    [2, [1, 2]],
  ])('takes out item %i and lets go of its neighbours', (index, names) => {
    const { chain, beads } = chainOf(1, 2, 3)
    const bead = beads[index]!
    chain.remove(bead)
    expect(namesOf(chain)).toEqual({ forward: names, back: names })
    expect(bead).toMatchObject({ previous: undefined, next: undefined })
    expect(chain.size).toBe(2)
  })

  it('takes an item again that was taken out of it', () => {
    const { chain, beads } = chainOf(1)
    chain.remove(beads[0]!)
    expect(chain).toMatchObject({ first: undefined, last: undefined, size: 0 })
    chain.append(beads[0]!)
    expect(namesOf(chain).forward).toEqual([1])
  })

  test.prop([fc.array(fc.tuple(fc.constantFrom('append', 'insert', 'remove'), fc.nat()))])(
    'does as a list does, whatever is done to it',
    (changes) => {
      const chain = new Chain<Bead>()
      const list: Bead[] = []
      for (const [name, [change, choice]] of changes.entries()) {
        const index = list.length === 0 ? 0 : choice % list.length
        const bead = new Bead(name)
        if (change === 'append') {
          chain.append(bead)
          list.push(bead)
        } else if (change === 'insert') {
          chain.insertBefore(bead, list[index])
          list.splice(index, 0, bead)
        } else if (list.length > 0) chain.remove(list.splice(index, 1)[0]!)
        const names = list.map((each) => each.name)
        expect(namesOf(chain)).toEqual({ forward: names, back: names })
        expect(chain.size).toBe(list.length)
      }
    },
  )
})
