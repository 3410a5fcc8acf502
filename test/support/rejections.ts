import { rest } from './buses.ts'

/** What becomes an unhandled rejection while `work` is done, and until everything is at rest. */
export async function unhandledDuring(work: () => unknown): Promise<unknown[]> {
  const unhandled: unknown[] = []
  const note = (reason: unknown): void => {
    unhandled.push(reason)
  }
  const others = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', note)
  try {
    await work()
    await rest()
    await rest()
  } finally {
    process.off('unhandledRejection', note)
    for (const other of others) process.on('unhandledRejection', other)
  }
  return unhandled
}
