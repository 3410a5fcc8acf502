import fastq from 'fastq'
import PQueue from 'p-queue'
import { createBus, type DeliveryOptions } from 'tradewire'
import type { Candidate } from './candidate.ts'
import { loneMailbox } from './delivery-alone.ts'
import {
  asyncWork,
  itemAt,
  Recorder,
  syncWork,
  timerWork,
  type Work,
  type WorkKind,
} from './delivery-work.ts'
import type { Sink } from './sink.ts'

const type = 'market.trade_tick'

/** What a comparison of queues is about. */
export interface QueueCase {
  readonly kind: WorkKind
  readonly concurrency: number
}

type Make = () => Sink

/** Everything that queues, each with `concurrency` workers of a kind. */
export function queueCandidates({ kind, concurrency }: QueueCase, make: Make): Candidate[] {
  return [
    mailboxOfBus(kind, concurrency, make()),
    mailboxAlone(kind, concurrency, make()),
    pQueue(kind, concurrency, make()),
    kind === 'sync' ? fastqOfSync(concurrency, make()) : fastqOfPromises(kind, concurrency, make()),
    fastqPromise(kind, concurrency, make()),
  ]
}

/** What does without a queue, and therefore without a limit on what runs at a time. */
export function unqueuedCandidates(kind: 'sync' | 'async', make: Make): Candidate[] {
  return [emissionAlone(make()), directPath(kind, make())]
}

function workOf(kind: WorkKind, sink: Sink): Work {
  if (kind === 'sync') return beginning(sink, syncWork(sink))
  return promisesOf(kind, sink)
}

function promisesOf(kind: 'async' | 'timer', sink: Sink): Work<Promise<void>> {
  return beginning(sink, kind === 'async' ? asyncWork(sink) : timerWork(sink))
}

/** The work; where it is recorded, beginning with a note that it begins. */
function beginning<Result>(sink: Sink, work: Work<Result>): Work<Result> {
  if (!(sink instanceof Recorder)) return work
  return (item) => {
    sink.begin()
    return work(item)
  }
}

function mailboxOptions(concurrency: number): DeliveryOptions {
  return { concurrency, mailbox: { capacity: 1_000_000 } }
}

function mailboxOfBus(kind: WorkKind, concurrency: number, sink: Sink): Candidate {
  const bus = createBus()
  const work = workOf(kind, sink)
  bus.on(type, (event) => work(event.data), mailboxOptions(concurrency))
  return {
    name: 'tradewire, a mailbox',
    sink,
    async run(times) {
      for (let i = 0; i < times; i += 1) bus.emitSync(type, itemAt(i))
      await bus.idle()
    },
  }
}

function mailboxAlone(kind: WorkKind, concurrency: number, sink: Sink): Candidate {
  const mailbox = loneMailbox(mailboxOptions(concurrency), workOf(kind, sink))
  return {
    name: 'tradewire, a mailbox without a bus',
    sink,
    async run(times) {
      for (let i = 0; i < times; i += 1) mailbox.accept(i)
      await mailbox.idle()
    },
  }
}

function directPath(kind: 'sync' | 'async', sink: Sink): Candidate {
  const bus = createBus()
  const work = workOf(kind, sink)
  bus.on(type, (event) => work(event.data))
  return {
    name: 'tradewire, the direct path',
    sink,
    async run(times) {
      for (let i = 0; i < times; i += 1) bus.emitSync(type, itemAt(i))
      await bus.idle()
    },
  }
}

/** Validation, envelope, clock and history; no handler. */
function emissionAlone(sink: Sink): Candidate {
  const bus = createBus()
  return {
    name: 'tradewire, emission alone',
    sink,
    run(times) {
      for (let i = 0; i < times; i += 1) sink.add(bus.emitSync(type, itemAt(i)).data.timestamp)
    },
  }
}

function pQueue(kind: WorkKind, concurrency: number, sink: Sink): Candidate {
  const queue = new PQueue({ concurrency })
  const work = workOf(kind, sink)
  return {
    name: 'p-queue',
    sink,
    async run(times) {
      for (let i = 0; i < times; i += 1) {
        const item = itemAt(i)
        void queue.add(() => work(item))
      }
      await queue.onIdle()
    },
  }
}

/** With workers that end at once it never queues: `push` calls the worker. */
function fastqOfSync(concurrency: number, sink: Sink): Candidate {
  const work = workOf('sync', sink)
  const queue = fastq((item: ReturnType<typeof itemAt>, done) => {
    work(item)
    done(null)
  }, concurrency)
  return {
    name: 'fastq',
    sink,
    run(times) {
      for (let i = 0; i < times; i += 1) queue.push(itemAt(i))
    },
  }
}

function fastqOfPromises(kind: 'async' | 'timer', concurrency: number, sink: Sink): Candidate {
  const work = promisesOf(kind, sink)
  const queue = fastq((item: ReturnType<typeof itemAt>, done) => {
    // eslint-disable-next-line promise/no-callback-in-promise -- a worker of fastq ends so
    work(item).then(() => done(null), done)
  }, concurrency)
  return {
    name: 'fastq',
    sink,
    async run(times) {
      const drained = new Promise<void>((resolve) => {
        queue.drain = resolve
      })
      for (let i = 0; i < times; i += 1) queue.push(itemAt(i))
      await drained
    },
  }
}

/** It takes nothing but workers that return promises. */
function fastqPromise(kind: WorkKind, concurrency: number, sink: Sink): Candidate {
  const work = workOf(kind, sink)
  const queue = fastq.promise<unknown, ReturnType<typeof itemAt>>(
    kind === 'sync' ? async (item) => work(item) : promisesOf(kind, sink),
    concurrency,
  )
  return {
    name: 'fastq.promise',
    sink,
    async run(times) {
      for (let i = 0; i < times; i += 1) void queue.push(itemAt(i))
      await queue.drained()
    },
  }
}
