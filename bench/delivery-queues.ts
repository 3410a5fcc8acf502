import assert from 'node:assert/strict'
import type { Candidate } from './candidate.ts'
import { type QueueCase, queueCandidates, unqueuedCandidates } from './delivery-candidates.ts'
import { itemAt, Recorder, type WorkKind, workKinds } from './delivery-work.ts'
import { measure } from './measure.ts'
import type { Scenario } from './scenario.ts'
import { Sink } from './sink.ts'

export const concurrencies = [1, 10] as const

/** Every queue gets this many items at once; those whose workers take 1 ms get fewer. */
const itemsAtOnce = 10_000
const slowItemsPerWorker = 20

const titles: Readonly<Record<WorkKind, string>> = {
  sync: 'workers that end at once',
  async: 'workers that return a resolved promise',
  timer: 'workers that take 1 ms',
}

/** A mailbox beside queues of others, on the same work. */
export const queueScenarios: readonly Scenario[] = workKinds.flatMap((kind) =>
  concurrencies.map((concurrency) => queueScenario({ kind, concurrency })),
)

function queueScenario(queueCase: QueueCase): Scenario {
  const { kind, concurrency } = queueCase
  const slow = kind === 'timer'
  const times = slow ? slowItemsPerWorker * concurrency : itemsAtOnce
  return {
    id: `queue-${kind}-${concurrency}`,
    group: 'delivery',
    compared: `${kind}, concurrency ${concurrency}`,
    unit: slow ? 'ms' : 'ns',
    title: `${times.toLocaleString('en')} items queued and worked off, concurrency ${concurrency}, ${titles[kind]}`,
    reference: 'fastq',
    async run(options) {
      await checkQueues(queueCase)
      const candidates = [
        ...queueCandidates(queueCase, () => new Sink()),
        ...(slow ? [] : unqueuedCandidates(kind, () => new Sink())),
      ]
      const rows = await measure(candidates, options, times)
      if (!slow) return rows
      return rows.map(({ name, samples }) => ({ name, samples: samples.map((ns) => ns / 1e6) }))
    },
  }
}

/**
 * Throws unless everyone works off the same items: in their order where one is worked off at a time,
 * and as many at a time as was asked for.
 */
async function checkQueues(queueCase: QueueCase): Promise<void> {
  const { kind, concurrency } = queueCase
  const queued = queueCandidates(queueCase, () => new Recorder())
  const unqueued = kind === 'timer' ? [] : unqueuedCandidates(kind, () => new Recorder())
  for (const candidate of [...queued, ...unqueued]) {
    const { order, mostRunning } = await recordOf(candidate)
    const expected = Array.from(order, (_, index) => itemAt(index).timestamp)
    const inOrder = concurrency === 1 ? order : order.toSorted((left, right) => left - right)
    assert.deepEqual(inOrder, expected, `${candidate.name}: items worked off`)
    if (kind === 'timer') assert.equal(mostRunning, concurrency, `${candidate.name}: at a time`)
  }
}

async function recordOf({ name, sink, run }: Candidate): Promise<Recorder> {
  assert.ok(sink instanceof Recorder)
  await run(100)
  assert.equal(sink.calls, 100, `${name}: calls of the worker`)
  return sink
}
