import { fc, test } from '@fast-check/vitest'
import {
  ExponentialBackoff,
  fullJitterGenerator,
  handleWhen,
  noJitterGenerator,
  retry,
} from 'cockatiel'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  backoffMs,
  isWorthRetrying,
  type RetrySettings,
  toRetrySettings,
} from '../../src/delivery/retry.ts'

/** What a call comes to: `again` fails and is worth another attempt, `never` fails and is not. */
type Outcome = 'ok' | 'again' | 'never'

/** When each call started, in milliseconds, and how long each wait was to be. */
interface Course {
  readonly callsAt: number[]
  readonly waits: number[]
  readonly ended: 'ok' | 'failed'
}

function courseOf(
  settings: RetrySettings,
  outcomes: readonly Outcome[],
  random: () => number,
): Course {
  const callsAt: number[] = []
  const waits: number[] = []
  let now = 0
  for (let failures = 0; ;) {
    callsAt.push(now)
    const outcome = outcomes[failures] ?? 'ok'
    if (outcome === 'ok') return { callsAt, waits, ended: 'ok' }
    failures += 1
    if (failures >= settings.attempts || !isWorthRetrying(settings, outcome)) {
      return { callsAt, waits, ended: 'failed' }
    }
    const waitMs = backoffMs(settings, failures, random)
    waits.push(waitMs)
    now += waitMs
  }
}

async function oracleCourseOf(
  settings: RetrySettings,
  outcomes: readonly Outcome[],
): Promise<Course> {
  const callsAt: number[] = []
  const waits: number[] = []
  const policy = retry(
    // It hands over errors as they were thrown.
    handleWhen((error) => settings.when!(error)),
    {
      maxAttempts: settings.attempts - 1,
      backoff: new ExponentialBackoff({
        generator: settings.jitter === 'none' ? noJitterGenerator : fullJitterGenerator,
        initialDelay: settings.initialMs,
        maxDelay: settings.maxMs,
      }),
    },
  )
  policy.onRetry(({ delay }) => waits.push(delay))
  vi.setSystemTime(0)
  const result = policy
    .execute(({ attempt }) => {
      callsAt.push(Date.now())
      const outcome = outcomes[attempt] ?? 'ok'
      // eslint-disable-next-line no-throw-literal, typescript/only-throw-error -- all it must say.
      if (outcome !== 'ok') throw outcome
    })
    .then(
      () => 'ok' as const,
      () => 'failed' as const,
    )
  await vi.runAllTimersAsync()
  return { callsAt, waits, ended: await result }
}

const outcomeLists = fc.array(
  fc.constantFrom<Outcome>('again', 'again', 'again', 'again', 'ok', 'never'),
  { maxLength: 14 },
)

const optionSets = fc
  .record({
    attempts: fc.integer({ min: 1, max: 12 }),
    initialMs: fc.integer({ min: 0, max: 500 }),
    moreMs: fc.integer({ min: 0, max: 100_000 }),
  })
  .map(({ attempts, initialMs, moreMs }) => ({
    attempts,
    initialMs,
    maxMs: initialMs + moreMs,
    when: (error: unknown) => error === 'again',
  }))

// Where cockatiel differs: its generators double whatever `exponent` says, so the factor is 2 here;
// full jitter is rounded down to whole milliseconds; and it counts retries where we count calls.
describe('retry, beside cockatiel', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  })
  afterEach(() => {
    vi.restoreAllMocks()
    vi.useRealTimers()
  })

  test.prop([optionSets, outcomeLists], { numRuns: 500 })(
    'calls at the same times, and gives up at the same call',
    async (options, outcomes) => {
      const settings = toRetrySettings({ ...options, jitter: 'none' })
      const random = (): number => {
        throw new Error('No random number is needed.')
      }
      expect(courseOf(settings, outcomes, random)).toEqual(await oracleCourseOf(settings, outcomes))
    },
  )

  test.prop([optionSets, fc.nat({ max: 999 })], { numRuns: 200 })(
    'takes the same random part of a wait',
    async (options, thousandths) => {
      const settings = toRetrySettings(options)
      const outcomes = new Array<Outcome>(12).fill('again')
      const random = vi.spyOn(Math, 'random').mockReturnValue(thousandths / 1_000)
      const { waits } = await oracleCourseOf(settings, outcomes)
      random.mockRestore()
      const ours = courseOf(settings, outcomes, () => thousandths / 1_000)
      expect(ours.waits.map((waitMs) => Math.floor(waitMs))).toEqual(waits)
    },
  )

  it('would tell a wait that is one failure off', async () => {
    const settings = toRetrySettings({ jitter: 'none', when: () => true })
    const { waits } = await oracleCourseOf(settings, ['again', 'again'])
    expect(waits).toEqual([100, 200])
    expect([2, 3].map((failures) => backoffMs(settings, failures, () => 0))).not.toEqual(waits)
  })
})
