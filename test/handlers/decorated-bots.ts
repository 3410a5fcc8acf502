// Compiled by the test, because nothing runs decorators as they are: so it imports types alone.
import type { EventIn, EventMatching, HandlerContext } from 'tradewire'
import type { Decorators } from '../../src/handlers/decorators.ts'
import type { Schemas } from '../support/buses.ts'

type Note = EventIn<Schemas, 'note.made'>
interface Text {
  readonly text: string
}

/** Replaces the method that it stands on, as decorators of others may. */
function shouted<This, Parameters extends unknown[]>(
  method: (this: This, ...parameters: Parameters) => void,
) {
  return function shout(this: This, ...parameters: Parameters): void {
    shouts += 1
    method.apply(this, parameters)
  }
}
let shouts = 0

/** Classes whose methods are decorated. */
export function botsWith({ subscribeTo, publishes }: Decorators<Schemas>) {
  const named = Symbol('named')

  class Journal {
    readonly lines: string[] = []

    @subscribeTo('note.*')
    everyNote(event: EventMatching<Schemas, 'note.*'>, context: HandlerContext): void {
      this.lines.push(`every ${event.type} ${context.attempt}`)
    }

    @subscribeTo('note.made', { priority: 5 })
    urgent({ data }: Note): void {
      this.lines.push(`urgent ${data.text}`)
    }

    @subscribeTo('note.read')
    @subscribeTo('alarm.rung', { id: 'alarms' })
    twice({ type }: EventMatching<Schemas, 'note.read' | 'alarm.rung'>): void {
      this.lines.push(`twice ${type}`)
    }

    @subscribeTo('note.made')
    #hidden(): void {
      this.lines.push('hidden')
    }

    @subscribeTo('note.made')
    [named](): void {
      this.lines.push('named by a symbol')
    }

    /** The private method is used. */
    hide(): void {
      this.#hidden()
    }
  }

  class Base {
    readonly lines: string[] = []

    @subscribeTo('note.made')
    heard(event: unknown): void {
      this.lines.push(event === undefined ? 'no event' : 'base')
    }

    @subscribeTo('note.made')
    also(): void {
      this.lines.push('also')
    }

    @subscribeTo('note.made')
    #own(): void {
      this.lines.push('private of the base')
    }

    /** The private method is used. */
    hide(): void {
      this.#own()
    }
  }

  class Overriding extends Base {
    override heard(event: unknown): void {
      super.heard(event)
      this.lines.push('override')
    }

    @subscribeTo('note.made')
    #own(): void {
      this.lines.push('private of the subclass')
    }

    override hide(): void {
      this.#own()
    }
  }

  class Redecorated extends Overriding {
    @subscribeTo('note.read')
    override heard(): void {
      this.lines.push('decorated anew')
    }
  }

  class Reader {
    answer: unknown = undefined
    readonly calls: string[] = []

    @subscribeTo('note.made')
    @publishes('note.read', { metadata: { shelf: 3 } })
    read({ data }: Note): Text | undefined {
      this.calls.push(data.text)
      return this.answer as Text | undefined
    }
  }

  class LateReader {
    @subscribeTo('note.made')
    @publishes('note.read', { source: 'late' })
    async read({ data }: Note): Promise<Text | undefined> {
      return data.text === 'nothing' ? undefined : { text: `read ${data.text}` }
    }
  }

  class Outer {
    @shouted
    @subscribeTo('note.made')
    heard(): void {}
  }

  class Silent {
    heard(): void {}
  }

  class Unheard {
    @publishes('note.read')
    read(): Text {
      return { text: 'unheard' }
    }
  }

  class Foreign {
    @subscribeTo('alarm.rung')
    first(): void {}

    @subscribeTo('action.*.start')
    second(): void {}
  }

  class BadOption {
    @subscribeTo('note.made')
    first(): void {}

    @subscribeTo('note.made', { priority: -1 })
    second(): void {}
  }

  const Nameless = (() =>
    class {
      @subscribeTo('action.*.start')
      heard(): void {}
    })()

  return {
    Journal,
    Base,
    Overriding,
    Redecorated,
    Reader,
    LateReader,
    Outer,
    Silent,
    Unheard,
    Foreign,
    BadOption,
    Nameless,
    shouts: () => shouts,
  }
}

/** Classes that are refused where they are declared or constructed. */
export function misusesOf({ subscribeTo, publishes }: Decorators<Schemas>) {
  return {
    static: () =>
      // eslint-disable-next-line typescript/no-extraneous-class -- the static method is what it is about.
      class {
        // @ts-expect-error -- it is refused by the compiler, too
        @subscribeTo('note.made')
        static heard(): void {}
      },
    getter: () =>
      class {
        // @ts-expect-error -- it is refused by the compiler, too
        @subscribeTo('note.made')
        get heard(): undefined {
          return undefined
        }
      },
    twice: () =>
      class {
        @publishes('note.made')
        @publishes('note.read')
        read(): Text {
          return { text: 'twice' }
        }
      },
    boundTooEarly: (bind: (instance: object) => void) => {
      class Binding {
        constructor() {
          bind(this)
        }

        @subscribeTo('note.made')
        heard(): void {}
      }
      class Extended extends Binding {
        @subscribeTo('note.made')
        more(): void {}
      }
      return { Binding, Extended }
    },
    separatedOverride: () => {
      class Plain {
        heard(): void {}
      }
      class Separated extends Plain {
        @subscribeTo('note.made')
        @shouted
        @subscribeTo('note.read')
        override heard(): void {}
      }
      return new Separated()
    },
    separated: () => {
      class Separated {
        @subscribeTo('note.made')
        @shouted
        @subscribeTo('note.read')
        heard(): void {}
      }
      return new Separated()
    },
  }
}
