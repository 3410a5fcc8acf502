import type { Guess } from '../bus/standstill.ts'

/** Guesses of one kind: how often, and the first. */
interface Guessed {
  times: number
  /** Simulated time, in milliseconds since the Unix epoch. */
  readonly at: number
  readonly first: Guess
}

/** Notes where a run went on though nobody could tell what a handler waited for. */
export class RunGuesses {
  #shown: Guessed | undefined = undefined
  #unseen: Guessed | undefined = undefined

  /** @param at simulated time, in milliseconds since the Unix epoch. */
  add(first: Guess, at: number): void {
    if (first.shown.length > 0) {
      this.#shown ??= { times: 0, at, first }
      this.#shown.times += 1
    } else {
      this.#unseen ??= { times: 0, at, first }
      this.#unseen.times += 1
    }
  }

  /** In sentences; none if all was known. */
  sentences(): string[] {
    const sentences: string[] = []
    if (this.#unseen !== undefined) {
      sentences.push(
        `${opening(this.#unseen)}, and something waited for neither simulated time nor an event nor anything that Node shows. If it waited for another handler, all is well; if for the outside world, such as an addon's thread or a connection that was open before the run, another run may differ.`,
      )
    }
    if (this.#shown !== undefined) {
      const names = this.#shown.first.shown.join(', ')
      sentences.push(
        `${opening(this.#shown)}, and Node still showed ${names} after a long wait. If that is a connection that idles or a timer that repeats, open it before the run or unref it; if somebody awaited its answer, another run may differ.`,
      )
    }
    return sentences
  }
}

function opening({ at, times, first: { example = 'the strategy' } }: Guessed): string {
  const often =
    times === 1
      ? ''
      : `, and ${(times - 1).toLocaleString('en-US')} time${times === 2 ? '' : 's'} more`
  return `At ${new Date(at).toISOString()}${often}, time went on while ${example} was unfinished`
}
