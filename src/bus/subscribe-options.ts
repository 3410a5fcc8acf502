import { type BatchOptions, deliveryOptionNames, requireMinPriority } from '../delivery/options.ts'
import type { SubscribeOptions } from '../delivery/subscription.ts'
import { requireFunction, requireInteger, requireOptions } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import { requireName } from './options.ts'
import { requireSignal } from './waiting.ts'

/** Options of `onBatch`. */
export interface BatchSubscribeOptions extends SubscribeOptions, BatchOptions {}

const optionNames = [
  'id',
  'priority',
  'where',
  'signal',
  'once',
  'minPriority',
  ...deliveryOptionNames,
] as const
const batchNames = ['maxSize', 'maxWaitMs'] as const

/**
 * Throws `CONFIGURATION` if an option is unknown or out of range. The options of the delivery are
 * checked where it is made.
 */
export function requireSubscribeOptions(options: BatchSubscribeOptions, batch: boolean): void {
  const known = batch ? [...optionNames, ...batchNames] : optionNames
  requireOptions(batch ? 'onBatch' : 'on', options, known)
  const { id, priority, where, signal, once, minPriority } = options
  if (id !== undefined) requireName('id', id)
  if (priority !== undefined) requireInteger('priority', priority)
  if (where !== undefined) requireFunction('where', where)
  requireSignal(signal)
  if (once !== undefined && typeof once !== 'boolean') {
    throw new ConfigurationError('once must be true or false.')
  }
  requireMinPriority(minPriority)
}
