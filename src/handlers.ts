/**
 * For those who write handlers: classes whose methods are handlers, errors kept inside, values that are
 * looked up once.
 *
 * @module tradewire/handlers
 */

export { bindHandlers, type BindOptions, type HandlerBinding } from './handlers/bind-handlers.ts'
export type { CreationContext } from './handlers/cache-flight.ts'
export {
  type AnyMethod,
  type Decorators,
  decoratorsFor,
  type InstanceMethodContext,
  type PublishDecorator,
  type Published,
  publishes,
  type PublishOptions,
  type ReturnsPayload,
  type SubscribeDecorator,
  subscribeTo,
  type TakesEvent,
} from './handlers/decorators.ts'
export {
  type ErrorBoundaryOptions,
  type Guarded,
  withErrorBoundary,
} from './handlers/error-boundary.ts'
export {
  type CacheGetOptions,
  type CacheKey,
  type CacheStats,
  EventCache,
  type EventCacheOptions,
} from './handlers/event-cache.ts'
