type Decorate = (method: object, context: object) => object | undefined

/**
 * Applies decorators to a method of a new class, from the last to the first, as the language does, but
 * without metadata and with a context of its own for each. Returns an instance of the class.
 */
export function decorated(
  decorators: readonly unknown[],
  name: string,
  method: (...parameters: never[]) => unknown,
): object {
  const initializers: (() => void)[] = []
  function Bot(this: object): void {
    for (const initialize of initializers) initialize.call(this)
  }
  let decoratedMethod: object = method
  for (const decorate of decorators.toReversed()) {
    const replacement = (decorate as Decorate)(decoratedMethod, {
      kind: 'method',
      name,
      static: false,
      private: false,
      access: { get: (instance: Record<string, unknown>) => instance[name] },
      addInitializer: (initialize: () => void) => initializers.push(initialize),
    })
    decoratedMethod = replacement ?? decoratedMethod
  }
  Object.defineProperty(Bot.prototype, name, { value: decoratedMethod })
  return Reflect.construct(Bot, []) as object
}
