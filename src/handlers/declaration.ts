import { describeValue } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { EmitOptions } from '../bus/options.ts'

/** What one `subscribeTo` says. */
export interface DeclaredSubscription {
  readonly pattern: string | readonly string[]
  readonly options: object | undefined
}

/** What one `publishes` says. */
export interface DeclaredPublication {
  readonly type: string
  readonly options: EmitOptions
}

/** All that the decorators of one method say. */
export interface MethodDeclaration {
  /** How its class calls it; a private one begins with `#`. */
  readonly name: string | symbol
  /** Subclasses override by this key: the name, except that a private method is never overridden. */
  readonly key: unknown
  /** The same for all decorators of one class, or at least of one method; for no others. */
  readonly home: unknown
  /** The method as the instance has it now: an override, where there is one. */
  readonly read: (instance: object) => unknown
  /** From the upper decorator to the lower. */
  readonly subscriptions: DeclaredSubscription[]
  publication: DeclaredPublication | undefined
}

/** What the declaration is for an instance, and how many classes of its chain have made one. */
interface Declared {
  readonly declaration: MethodDeclaration
  readonly classes: number
}

/** The part of a decorator's context that is the same for methods of all classes. */
export interface MethodContext {
  readonly kind: string
  readonly name: string | symbol
  readonly static: boolean
  readonly private: boolean
  /** One of each class, where the compiler makes it. */
  readonly metadata?: object | undefined
  readonly access: {
    /** Reads the method. */
    get(instance: object): unknown
  }
  addInitializer(initializer: (this: object) => void): void
}

/** Decorators that stand on one method share its function. */
const byMethod = new WeakMap<object, MethodDeclaration>()
/** Filled by initializers while an instance is constructed: base class first. */
const byInstance = new WeakMap<object, Map<unknown, Declared>>()
/**
 * Instances whose declarations were read: one that follows would not be heard. Each has what ends its
 * bindings. A constructor cannot outlast the job that has called it, and so long a WeakRef keeps what it
 * holds; later, an instance need not keep its buses.
 */
const asked = new WeakMap<object, readonly WeakRef<() => void>[]>()

/**
 * The declaration of the method that a decorator stands on. The first to ask makes it.
 *
 * @param decorator its name, for errors.
 * @throws ConfigurationError `CONFIGURATION` if it does not stand on an instance method, or was compiled
 * as an experimental decorator.
 */
export function declarationOf(
  decorator: string,
  method: object,
  context: MethodContext,
): MethodDeclaration {
  requireMethod(decorator, context)
  const known = byMethod.get(method)
  if (known !== undefined) return known
  const { name, access, metadata } = context
  const declaration: MethodDeclaration = {
    name,
    key: context.private ? access : name,
    // Without metadata, tsc gives the decorators of one method the same reader.
    home: metadata ?? access.get,
    read: (instance) => access.get(instance),
    subscriptions: [],
    publication: undefined,
  }
  byMethod.set(method, declaration)
  context.addInitializer(function register() {
    declareFor(this, declaration)
  })
  return declaration
}

/**
 * What the decorated methods of an instance say, in the order of their declaration. If there are any, a
 * subclass that declares more while it is constructed throws.
 */
export function declarationsFor(instance: object): readonly MethodDeclaration[] {
  const declared = byInstance.get(instance)
  if (declared === undefined) return []
  asked.set(instance, asked.get(instance) ?? [])
  return [...declared.values()].map(({ declaration }) => declaration)
}

/** Has `end` called if a subclass declares more, so that nothing hears for an instance that nobody gets. */
export function endWithRefusal(instance: object, end: () => void): void {
  const others = asked.get(instance)!.filter((one) => one.deref() !== undefined)
  asked.set(instance, [...others, new WeakRef(end)])
}

function requireMethod(decorator: string, context: unknown): void {
  const { kind, name, static: isStatic } = Object(context) as Partial<MethodContext>
  if (kind === undefined) {
    throw new ConfigurationError(
      `@${decorator}(…) must be compiled as a standard decorator, but was called with ${describeValue(context)}. Turn experimentalDecorators off.`,
    )
  }
  if (kind === 'method' && isStatic === false) return
  const found = kind === 'method' ? 'the static method' : `the ${kind}`
  throw new ConfigurationError(
    `@${decorator}(…) must stand on a method of instances, but stands on ${found} ${String(name)}.`,
  )
}

/** What a subclass declares takes the place of what its base class has declared of the same method. */
function declareFor(instance: object, declaration: MethodDeclaration): void {
  const ends = asked.get(instance)
  if (ends !== undefined) {
    for (const end of ends) end.deref()?.()
    throw new ConfigurationError(
      `${instance.constructor.name}.${String(declaration.name)} would not be heard: the constructor of a base class has called bindHandlers before the subclass has declared it. Call bindHandlers after new.`,
    )
  }
  const declared = byInstance.get(instance) ?? new Map<unknown, Declared>()
  byInstance.set(instance, declared)
  const { key, home } = declaration
  const before = declared.get(key)
  const classes = (before?.classes ?? 0) + 1
  const sameClass = before?.declaration.home === home
  // Compilers that give them nothing in common are caught where no base class has the method.
  if (sameClass || (classes > 1 && classes > owners(instance, key as PropertyKey))) {
    throw new ConfigurationError(
      `The decorators of ${instance.constructor.name}.${String(key)} must stand together: one between them replaces the method. Put it above or below them.`,
    )
  }
  declared.set(key, { declaration, classes })
}

/** How many prototypes of the instance have a property of their own of this name. */
function owners(instance: object, key: PropertyKey): number {
  let count = 0
  let prototype: unknown = Object.getPrototypeOf(instance)
  while (prototype !== null) {
    if (Object.hasOwn(prototype as object, key)) count += 1
    prototype = Object.getPrototypeOf(prototype)
  }
  return count
}
