import { createBus, SimulatedClock } from 'tradewire'
import { beforeAll, describe, expect, it } from 'vitest'
import { bindHandlers, decoratorsFor, subscribeTo } from '../../src/handlers.ts'
import { catalog, coded, errorsOf, hello, setUp, textsOf } from '../support/buses.ts'
import { compiledBots, compilerNames, type DecoratedBots } from './compiled-bots.ts'

describe.each(compilerNames)('bindHandlers, with classes that %s has compiled', (compiler) => {
  let bots: ReturnType<DecoratedBots['botsWith']>
  let misuses: ReturnType<DecoratedBots['misusesOf']>

  beforeAll(async () => {
    const compiled = await compiledBots(compiler)
    bots = compiled.botsWith(decoratorsFor(catalog))
    misuses = compiled.misusesOf(decoratorsFor(catalog))
  }, 60_000)

  it('calls decorated methods, private ones and those named by a symbol included, with this', () => {
    const { bus } = setUp()
    const journal = new bots.Journal()
    bindHandlers(bus, journal)
    bus.emitSync('note.made', hello)
    expect(journal.lines).toEqual([
      'urgent hello',
      'every note.made 1',
      'hidden',
      'named by a symbol',
    ])
  })

  it('makes several subscriptions of several decorators, in order of declaration', () => {
    const { bus } = setUp()
    const journal = new bots.Journal()
    const { subscriptions } = bindHandlers(bus, journal)
    expect(subscriptions.map(({ pattern }) => pattern)).toEqual([
      'note.*',
      'note.made',
      'note.read',
      'alarm.rung',
      'note.made',
      'note.made',
    ])
    expect(subscriptions[1]!.priority).toBe(5)
    expect(subscriptions[3]!.id).toBe('alarms')
    bus.emitSync('note.read', hello)
    bus.emitSync('alarm.rung', hello)
    expect(journal.lines).toEqual(['every note.read 1', 'twice note.read', 'twice alarm.rung'])
  })

  it('ends all subscriptions with unsubscribe and using', () => {
    const { bus } = setUp()
    const journal = new bots.Journal()
    {
      using binding = bindHandlers(bus, journal)
      expect(binding.subscriptions.every(({ active }) => active)).toBe(true)
    }
    expect(bus.handlerCount()).toBe(0)
    const again = bindHandlers(bus, journal)
    for (const subscription of again.subscriptions) subscription.unsubscribe()
    expect(() => bindHandlers(bus, journal)).toThrow('bound to this bus already')
    again.unsubscribe()
    bindHandlers(bus, journal).unsubscribe()
    bus.emitSync('note.made', hello)
    expect(journal.lines).toEqual([])
  })

  it('calls an override once, where the base class alone is decorated', () => {
    const { bus } = setUp()
    const bot = new bots.Overriding()
    bindHandlers(bus, bot)
    bus.emitSync('note.made', hello)
    expect(bot.lines).toEqual([
      'base',
      'override',
      'also',
      'private of the base',
      'private of the subclass',
    ])
  })

  it('lets the decorators of an override replace those of the base class', () => {
    const { bus } = setUp()
    const bot = new bots.Redecorated()
    bindHandlers(bus, bot)
    bus.emitSync('note.read', hello)
    expect(bot.lines).toEqual(['decorated anew'])
    bus.emitSync('note.made', hello)
    expect(bot.lines).not.toContain('base')
    expect(bot.lines).toHaveLength(4)
    const base = new bots.Base()
    bindHandlers(bus, base)
    bus.emitSync('note.made', hello)
    expect(base.lines).toEqual(['base', 'also', 'private of the base'])
  })

  it('calls the method as it is at the time, with what other decorators have made of it', () => {
    const { bus } = setUp()
    const bot = new bots.Outer()
    bindHandlers(bus, bot)
    const before = bots.shouts()
    bus.emitSync('note.made', hello)
    expect(bots.shouts()).toBe(before + 1)
    let spied = 0
    bot.heard = () => {
      spied += 1
    }
    bus.emitSync('note.made', hello)
    expect(spied).toBe(1)
  })

  it('keeps instances and buses apart', () => {
    const one = setUp().bus
    const two = setUp().bus
    const first = new bots.Base()
    const second = new bots.Base()
    const binding = bindHandlers(one, first)
    bindHandlers(one, second)
    bindHandlers(two, first)
    binding.unsubscribe()
    one.emitSync('note.made', hello)
    expect([first.lines.length, second.lines.length]).toEqual([0, 3])
    two.emitSync('note.made', hello)
    expect(first.lines).toHaveLength(3)
  })

  it('refuses to bind an instance to a bus twice', () => {
    const { bus } = setUp()
    const bot = new bots.Base()
    const binding = bindHandlers(bus, bot)
    expect(() => bindHandlers(bus, bot)).toThrow('This Base is bound to this bus already.')
    expect(bus.handlerCount()).toBe(3)
    binding.unsubscribe()
    bindHandlers(bus, bot)
    binding.unsubscribe()
    expect(() => bindHandlers(bus, bot)).toThrow(coded('CONFIGURATION'))
  })

  it('refuses an instance without decorated methods', () => {
    const { bus } = setUp()
    const refused = /instance of a class with methods that are decorated with @subscribeTo/
    for (const instance of [new bots.Silent(), {}, bots.Journal, null, 'journal']) {
      expect(() => bindHandlers(bus, instance as object)).toThrow(refused)
    }
    expect(() => bindHandlers(bus, new bots.Silent())).toThrow('but was given a Silent.')
  })

  it('refuses a method that publishes and is subscribed to nothing', () => {
    const { bus } = setUp()
    expect(() => bindHandlers(bus, new bots.Unheard())).toThrow('Unheard.read publishes, but')
  })

  it('in a constructor makes a subclass throw that declares more, which would not be heard', () => {
    const { bus } = setUp()
    const { Binding, Extended } = misuses.boundTooEarly((bot) => bindHandlers(bus, bot))
    expect(new Binding()).toBeInstanceOf(Binding)
    expect(bus.handlerCount()).toBe(1)
    expect(() => new Extended()).toThrow(coded('CONFIGURATION'))
    expect(() => new Extended()).toThrow('Extended.more would not be heard')
  })

  it('leaves no bus with subscriptions of an instance whose construction it has refused', () => {
    const [one, two] = [setUp().bus, setUp().bus]
    const { Extended } = misuses.boundTooEarly((bot) => {
      bindHandlers(one, bot).unsubscribe()
      bindHandlers(one, bot)
      bindHandlers(two, bot)
    })
    expect(() => new Extended()).toThrow('Extended.more would not be heard')
    expect([one.handlerCount(), two.handlerCount()]).toEqual([0, 0])
  })

  it('leaves nothing subscribed where the bus refuses a method, and names it', () => {
    const clock = new SimulatedClock()
    const trading = createBus({ clock })
    const foreign = new bots.Foreign()
    expect(() => bindHandlers(trading, foreign)).toThrow(coded('EVENT_UNKNOWN'))
    expect(() => bindHandlers(trading, foreign)).toThrow(/^Foreign\.first: /)
    expect(() => bindHandlers(trading, new bots.Nameless())).toThrow(/^\w*\.heard: /)
    const { bus } = setUp()
    let caught: unknown
    try {
      bindHandlers(bus, new bots.BadOption())
    } catch (error) {
      caught = error
    }
    expect(caught).toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringMatching(/^BadOption\.second: priority must be/),
      stack: expect.stringContaining('BadOption.second: priority must be'),
    })
    expect(bus.handlerCount()).toBe(0)
  })

  it('may bind again what a closed bus has refused to another one', async () => {
    const { bus } = setUp()
    await bus.close()
    const bot = new bots.Base()
    expect(() => bindHandlers(bus, bot)).toThrow(coded('BUS_CLOSED'))
    expect(bindHandlers(setUp().bus, bot).subscriptions).toHaveLength(3)
  })

  it('refuses options and buses that are none', () => {
    const { bus } = setUp()
    const bot = new bots.Base()
    expect(() => bindHandlers(bus, bot, { sauce: '' } as object)).toThrow('no option "sauce"')
    expect(() => bindHandlers(bus, bot, { source: '' })).toThrow('source must be a string')
    expect(() => bindHandlers({} as typeof bus, bot)).toThrow('bus.on must be a function')
    expect(() => bindHandlers(null as unknown as typeof bus, bot)).toThrow('bus.on must be')
  })

  it('names class and method in the system.error of a failed method', () => {
    const { bus } = setUp()
    const failures: (string | undefined)[] = []
    bus.on('system.error', ({ data }) => failures.push(data.handler))
    const bot = new bots.Base()
    bindHandlers(bus, bot)
    bot.heard = () => {
      throw new Error('planted')
    }
    bus.emitSync('note.made', hello)
    expect(failures).toEqual(['Base.heard'])
  })

  describe('publishes', () => {
    it('emits what the method returns, with the event as its cause', async () => {
      const { bus } = setUp({ source: 'bus' })
      const bot = new bots.Reader()
      bindHandlers(bus, bot)
      bot.answer = { text: 'read' }
      const cause = await bus.emit('note.made', hello)
      const [read] = bus.history.query({ pattern: 'note.read' })
      expect(read).toMatchObject({
        data: { text: 'read' },
        causationId: cause.id,
        correlationId: cause.correlationId,
        metadata: { shelf: 3 },
        source: 'bus',
      })
    })

    it('is awaited by who emits the cause, like an emission in the handler', async () => {
      const { bus } = setUp()
      const heard: string[] = []
      bus.on('note.read', async ({ data }) => {
        await Promise.resolve()
        heard.push(data.text)
      })
      bindHandlers(bus, new bots.LateReader())
      await bus.emit('note.made', { text: 'nothing' })
      await bus.emit('note.made', hello)
      expect(heard).toEqual(['read hello'])
    })

    it('takes the source of the method before that of the binding before that of the bus', async () => {
      const { bus } = setUp({ source: 'bus' })
      const sources: string[] = []
      bus.on('note.read', ({ source }) => sources.push(source))
      const bot = new bots.Reader()
      bot.answer = hello
      bindHandlers(bus, bot, { source: 'binding' })
      bindHandlers(bus, new bots.LateReader(), { source: 'binding' })
      await bus.emit('note.made', hello)
      expect(sources).toEqual(['binding', 'late'])
    })

    it('emits nothing for undefined, and makes no promise of it', () => {
      const { bus } = setUp()
      bindHandlers(bus, new bots.Reader())
      bus.emitSync('note.made', hello)
      expect(bus.eventCounts().get('note.read')).toBeUndefined()
      expect(bus.stats.pending).toBe(0)
    })

    it('emits nothing where other code calls the method', () => {
      const { bus } = setUp()
      const bot = new bots.Reader()
      bindHandlers(bus, bot)
      const event = bus.emitSync('note.made', hello)
      bot.answer = { text: 'read' }
      expect(bot.read(event)).toEqual({ text: 'read' })
      expect(bus.eventCounts().get('note.read')).toBeUndefined()
    })

    it.each([[{ text: 5 }], [null], [5], [[]], [() => {}]])(
      'lets the handler fail where the bus refuses %j',
      async (answer) => {
        const { bus } = setUp()
        const errors = errorsOf(bus)
        const texts = textsOf(bus, 'note.read')
        const bot = new bots.Reader()
        bot.answer = answer
        bindHandlers(bus, bot)
        await bus.emit('note.made', hello)
        expect(errors).toMatchObject([{ name: 'EventValidationError', handler: 'Reader.read' }])
        expect(texts).toEqual([])
      },
    )

    it('emits to the bus that has called the method', async () => {
      const one = setUp().bus
      const two = setUp().bus
      const bot = new bots.Reader()
      bot.answer = hello
      bindHandlers(one, bot)
      bindHandlers(two, bot)
      await two.emit('note.made', hello)
      expect(one.eventCounts().size).toBe(0)
      expect(two.eventCounts().get('note.read')).toBe(1)
    })
  })

  it('refuses decorators where they cannot work', () => {
    expect(misuses.static).toThrow(
      '@subscribeTo(…) must stand on a method of instances, but stands on the static method heard.',
    )
    expect(misuses.getter).toThrow('but stands on the getter heard.')
    expect(misuses.twice).toThrow('read is to publish "note.read" and "note.made"')
    const separated = 'The decorators of Separated.heard must stand together'
    expect(misuses.separated).toThrow(separated)
    expect(misuses.separatedOverride).toThrow(separated)
  })
})

describe('subscribeTo', () => {
  it('refuses to be called as an experimental decorator', () => {
    const decorate = subscribeTo('order.filled') as (...given: unknown[]) => void
    expect(() => decorate({}, 'onFill', {})).toThrow('Turn experimentalDecorators off.')
    expect(() => decorate({}, undefined)).toThrow('but was called with undefined.')
  })
})
