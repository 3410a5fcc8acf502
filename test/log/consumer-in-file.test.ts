import { join } from 'node:path'
import { openLog } from 'tradewire/log'
import { expect, it } from 'vitest'
import { project } from '../../src/log/projection.ts'
import { temporaryFolder } from '../support/logged.ts'
import { eventMaker, logCatalog } from '../support/logged-events.ts'

it('consumers, dead letters and snapshots are in the file', async () => {
  const path = join(temporaryFolder(), 'log.db')
  const options = { catalog: logCatalog }
  const { note } = eventMaker()
  const words = {
    name: 'words',
    pattern: 'note.made',
    initial: () => '',
    reduce: (state: string, event: { data: { text: string } }) => state + event.data.text,
  } as const
  {
    await using log = await openLog(path, options)
    await log.append(['a', 'b', 'c'].map((text) => note(text)))
    const consumer = await log.consume(
      'books',
      (_, { position }) => {
        if (position === 2) throw new Error('no b')
      },
      { retry: { attempts: 1 } },
    )
    await consumer.caughtUp()
    expect(await project(log, words, { snapshotEvery: 2 })).toBe('abc')
  }
  {
    await using log = await openLog(path, options)
    await log.append(note('d'))
    expect(await log.deadLetters.list()).toMatchObject([
      { position: 2, errors: [{ message: 'no b' }] },
    ])
    const positions: number[] = []
    const consumer = await log.consume('books', (_, { position }) => positions.push(position))
    await consumer.caughtUp()
    expect(await log.deadLetters.redeliver('books')).toBe(1)
    expect(positions).toEqual([4, 2])
    expect(await log.snapshots.list('words@1')).toEqual([2, 3])
    expect(await project(log, words)).toBe('abcd')
  }
  await using log = await openLog(path, { ...options, readOnly: true })
  expect((await log.stats()).consumers).toEqual([{ name: 'books', position: 4, running: false }])
  expect(await project(log, words, { snapshotEvery: 1 })).toBe('abcd')
  expect(await log.snapshots.list('words@1')).toEqual([2, 3])
})
