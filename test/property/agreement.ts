import type { SubjectFactory } from './driven-bus.ts'
import { type Act, toProgram } from './program.ts'
import { ReferenceBus } from './reference-bus.ts'
import { World } from './world.ts'

export const reference: SubjectFactory = (settings) => {
  const bus = new ReferenceBus(settings)
  return { bus, advance: (ms) => bus.advance(ms), pendingTimers: () => bus.pendingTimers() }
}

/** Resolves once every promise continuation that could run has run. */
const rest = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

/**
 * Runs a program on the subject and on the reference, step by step. Throws where anything that can
 * be seen differs, or where the subject leaves something behind.
 */
export async function requireAgreement(
  makeSubject: SubjectFactory,
  numbers: readonly number[],
): Promise<void> {
  const program = toProgram(numbers)
  const subject = new World(makeSubject, program)
  const model = new World(reference, program)
  const worlds = [subject, model]
  const perform = async (act: Act): Promise<void> => {
    for (const world of worlds) await world.perform(act)
    if (mayWake(act)) await rest()
  }
  try {
    for (const act of program.acts) await perform(act)
    while (model.unsettled > 0) await perform({ do: 'settle', index: 0, reject: false })
    await rest()
    for (const world of worlds) world.inspect()
    await perform({ do: 'close' })
    while (model.unsettled > 0) await perform({ do: 'settle', index: 0, reject: true })
    await rest()
    for (const world of worlds) world.inspect()
    requireEqual('The trace', subject.trace, model.trace)
    requireEqual('What settled', subject.outcomes.toSorted(), model.outcomes.toSorted())
    requireNothingLeft(subject)
  } catch (error) {
    throw new Error(`${String(error)}\nThe program: ${JSON.stringify(program, undefined, 1)}`, {
      cause: error,
    })
  }
}

/** Whether something may go on in a microtask after it. */
function mayWake(act: Act): boolean {
  return !['subscribe', 'unsubscribe', 'off', 'pause', 'resume', 'clear', 'stream'].includes(act.do)
}

function requireEqual(what: string, found: readonly string[], wanted: readonly string[]): void {
  const length = Math.max(found.length, wanted.length)
  for (let index = 0; index < length; index += 1) {
    if (found[index] === wanted[index]) continue
    const before = wanted.slice(Math.max(0, index - 8), index).join('\n  ')
    throw new Error(
      `${what} differs at line ${index}, after\n  ${before}\nfound:  ${found[index]}\nwanted: ${wanted[index]}`,
    )
  }
}

function requireNothingLeft(world: World): void {
  const { bus, pendingTimers } = world.subject
  const left = {
    handlers: bus.handlerCount(),
    subscriptions: bus.subscriptions().length,
    timers: pendingTimers(),
    abortListeners: world.leftListeners(),
  }
  for (const [what, count] of Object.entries(left)) {
    if (count > 0) throw new Error(`${count} ${what} were left behind.`)
  }
}
