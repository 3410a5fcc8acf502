import { createBus, type Subscription } from 'tradewire'
import { type Candidate, checkCandidates } from './candidate.ts'
import { measure } from './measure.ts'
import { tick } from './payloads.ts'
import type { Scenario } from './scenario.ts'
import { Sink } from './sink.ts'

const type = 'market.trade_tick'
const subscriptions = 20_000

/** Many subscriptions of one type that come and go, oldest first. */
export const churnScenario: Scenario = {
  id: 'churn',
  group: 'churn',
  unit: 'ms',
  title: '20,000 subscriptions of one type added, then removed',
  reference: 'Map',
  async run(options) {
    const plain = [mapChurn('Map', false), busChurn('tradewire', false)]
    const used = [
      mapChurn('Map, all called once between', true),
      busChurn('tradewire, one event between', true),
    ]
    await checkCandidates(plain, { calls: 1, sum: subscriptions })
    await checkCandidates(used, {
      calls: 1 + subscriptions,
      sum: 2 * subscriptions,
    })
    const rows = await measure([...plain, ...used], options)
    return rows.map(({ name, samples }) => ({ name, samples: samples.map((ns) => ns / 1e6) }))
  },
}

function busChurn(name: string, used: boolean): Candidate {
  const sink = new Sink()
  const bus = createBus()
  const handler = (): void => sink.add(1)
  return {
    name,
    sink,
    run(times) {
      for (let i = 0; i < times; i += 1) {
        const all: Subscription[] = []
        for (let n = 0; n < subscriptions; n += 1) all.push(bus.on(type, handler))
        sink.add(bus.handlerCount())
        if (used) bus.emitSync(type, tick)
        for (const subscription of all) subscription.unsubscribe()
      }
    },
  }
}

function mapChurn(name: string, used: boolean): Candidate {
  const sink = new Sink()
  const map = new Map<number, () => void>()
  const handler = (): void => sink.add(1)
  return {
    name,
    sink,
    run(times) {
      for (let i = 0; i < times; i += 1) {
        const all: number[] = []
        for (let n = 0; n < subscriptions; n += 1) {
          map.set(n, handler)
          all.push(n)
        }
        sink.add(map.size)
        if (used) for (const called of map.values()) called()
        for (const n of all) map.delete(n)
      }
    },
  }
}
