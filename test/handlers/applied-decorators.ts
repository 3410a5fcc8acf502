type Decorate = (method: object, context: object) => void

/** Applies decorators to a method of a new class, from the last to the first, as the language does. */
export function decorated(
  decorators: readonly unknown[],
  name: string,
  method: (...parameters: never[]) => unknown,
): object {
  const initializers: (() => void)[] = []
  function Bot(this: object): void {
    for (const initialize of initializers) initialize.call(this)
  }
  Object.defineProperty(Bot.prototype, name, { value: method })
  for (const decorate of decorators.toReversed()) {
    ;(decorate as Decorate)(method, {
      kind: 'method',
      name,
      static: false,
      private: false,
      access: { get: (instance: Record<string, unknown>) => instance[name] },
      addInitializer: (initialize: () => void) => initializers.push(initialize),
    })
  }
  return Reflect.construct(Bot, []) as object
}
