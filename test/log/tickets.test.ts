import { describe, expect, it } from 'vitest'
import { Tickets } from '../../src/log/tickets.ts'

class Full extends Error {
  override readonly name = 'Full'
}

/** So many tickets that were taken, and what is known of who waits for each. */
function setUp(count: number) {
  const tickets = new Tickets()
  for (let taken = 0; taken < count; taken += 1) tickets.take()
  const told: string[] = []
  const wait = (ticket: number): void => {
    tickets.settled(ticket).then(
      () => void told.push(`${ticket}`),
      (error: Error) => void told.push(`${ticket} ${error.message}`),
    )
  }
  const release = async (): Promise<string[]> => {
    tickets.release()
    await Promise.resolve()
    await Promise.resolve()
    return told.splice(0)
  }
  return { tickets, wait, release }
}

describe('Tickets', () => {
  it('tells who waits for a ticket once it and all before it are settled', async () => {
    const { tickets, wait, release } = setUp(4)
    for (const ticket of [1, 2, 3, 3, 4]) wait(ticket)
    tickets.settle(3)
    tickets.settle(2)
    expect(await release()).toEqual([])
    tickets.settle(1)
    expect(await release()).toEqual(['1', '2', '3', '3'])
    tickets.settle(4)
    expect(await release()).toEqual(['4'])
    wait(2)
    expect(await release()).toEqual(['2'])
  })

  it('tells of the lost what they were lost for, also to who asks later', async () => {
    const { tickets, wait, release } = setUp(6)
    for (const ticket of [1, 2, 3, 4, 5, 6]) wait(ticket)
    tickets.settle(1)
    tickets.lose(2, new Full('first'))
    tickets.lose(3, new Full('second'))
    tickets.lose(4, new Error('another'))
    tickets.settle(5)
    tickets.lose(6, new Error('another'))
    // What is lost together is kept together, with its first reason.
    expect(await release()).toEqual(['1', '2 first', '3 first', '4 another', '5', '6 another'])
    for (const ticket of [5, 3, 6]) wait(ticket)
    expect(await release()).toEqual(['5', '3 first', '6 another'])
  })

  it('tells when all of now are settled, and does not wait for later ones', async () => {
    const { tickets, release } = setUp(2)
    const told: string[] = []
    await setUp(0).tickets.allSettled()
    void tickets.allSettled().then(() => told.push('two'))
    tickets.take()
    void tickets.allSettled().then(() => told.push('three'))
    tickets.settle(1)
    await release()
    expect(told).toEqual([])
    tickets.lose(2, new Full('full'))
    await release()
    expect(told).toEqual(['two'])
    tickets.settle(3)
    await release()
    expect(told).toEqual(['two', 'three'])
    await tickets.allSettled()
  })
})

describe('Tickets of a writer that has lost much', () => {
  it('never call an event durable that was lost, however long ago', async () => {
    const tickets = new Tickets()
    const lost = new Error('lost')
    for (let round = 0; round < 5_000; round += 1) {
      tickets.lose(tickets.take(), lost)
      tickets.settle(tickets.take())
    }
    for (const ticket of [1, 3, 4_999, 9_997, 9_999]) {
      await expect(tickets.settled(ticket)).rejects.toBe(lost)
    }
    await expect(tickets.settled(10_000)).resolves.toBeUndefined()
  })
})
