import type { TradewireEvent } from '../events/envelope.ts'
import type { Subscription } from '../delivery/subscription.ts'
import type { Announcement } from '../delivery/host.ts'

const longestName = 256
const longestMessage = 10_000

/** The payload of the `system.error` event that tells of a failed handler. Never throws. */
export function failureReport(
  timestamp: number,
  event: TradewireEvent,
  subscription: Subscription,
  handler: object,
  error: unknown,
  attempts: number | undefined,
): Announcement {
  const code = readText(error, 'code', longestName)
  const handlerName = readText(handler, 'name', longestName)
  return {
    timestamp,
    name: readText(error, 'name', longestName) ?? 'NonError',
    message: readText(error, 'message', longestMessage) ?? printed(error),
    ...(code === undefined ? {} : { code }),
    originalEvent: { id: event.id, type: event.type },
    subscriptionId: subscription.id,
    ...(handlerName === undefined ? {} : { handler: handlerName }),
    ...(attempts === undefined || attempts === 0 ? {} : { attempts }),
  }
}

function readText(error: unknown, key: string, longest: number): string | undefined {
  if (error === null || (typeof error !== 'object' && typeof error !== 'function')) return undefined
  try {
    const text: unknown = (error as Record<string, unknown>)[key]
    return typeof text === 'string' && text !== '' ? text.slice(0, longest) : undefined
  } catch {
    return undefined
  }
}

/** Any thrown value as text. Never throws. */
export function printed(error: unknown): string {
  try {
    return String(error).slice(0, longestMessage)
  } catch {
    return 'a thrown value that cannot be printed'
  }
}
