import type { TradeTick } from 'tradewire'
import type { Sink } from './sink.ts'

/** What tradewire and emittery hand to a handler: an envelope around the payload. */
export interface Enveloped {
  readonly data: TradeTick
}

export type Handlers<Message, Result> = readonly ((message: Message) => Result)[]

// Ten functions that are written ten times: an engine inlines a single function that it sees again
// and again, and ten subscribers of a real program are ten functions.

/** Ten synchronous handlers of a bare payload. */
export function onPayload(sink: Sink): Handlers<TradeTick, void> {
  return [
    (tick) => sink.add(tick.timestamp),
    (tick) => sink.add(tick.timestamp),
    (tick) => sink.add(tick.timestamp),
    (tick) => sink.add(tick.timestamp),
    (tick) => sink.add(tick.timestamp),
    (tick) => sink.add(tick.timestamp),
    (tick) => sink.add(tick.timestamp),
    (tick) => sink.add(tick.timestamp),
    (tick) => sink.add(tick.timestamp),
    (tick) => sink.add(tick.timestamp),
  ]
}

/** Ten synchronous handlers of an envelope. */
export function onEvent(sink: Sink): Handlers<Enveloped, void> {
  return [
    (event) => sink.add(event.data.timestamp),
    (event) => sink.add(event.data.timestamp),
    (event) => sink.add(event.data.timestamp),
    (event) => sink.add(event.data.timestamp),
    (event) => sink.add(event.data.timestamp),
    (event) => sink.add(event.data.timestamp),
    (event) => sink.add(event.data.timestamp),
    (event) => sink.add(event.data.timestamp),
    (event) => sink.add(event.data.timestamp),
    (event) => sink.add(event.data.timestamp),
  ]
}

/** Ten asynchronous handlers of a bare payload that have nothing to wait for. */
export function onPayloadAsync(sink: Sink): Handlers<TradeTick, Promise<void>> {
  return [
    async (tick) => sink.add(tick.timestamp),
    async (tick) => sink.add(tick.timestamp),
    async (tick) => sink.add(tick.timestamp),
    async (tick) => sink.add(tick.timestamp),
    async (tick) => sink.add(tick.timestamp),
    async (tick) => sink.add(tick.timestamp),
    async (tick) => sink.add(tick.timestamp),
    async (tick) => sink.add(tick.timestamp),
    async (tick) => sink.add(tick.timestamp),
    async (tick) => sink.add(tick.timestamp),
  ]
}

/** Ten asynchronous handlers of an envelope that have nothing to wait for. */
export function onEventAsync(sink: Sink): Handlers<Enveloped, Promise<void>> {
  return [
    async (event) => sink.add(event.data.timestamp),
    async (event) => sink.add(event.data.timestamp),
    async (event) => sink.add(event.data.timestamp),
    async (event) => sink.add(event.data.timestamp),
    async (event) => sink.add(event.data.timestamp),
    async (event) => sink.add(event.data.timestamp),
    async (event) => sink.add(event.data.timestamp),
    async (event) => sink.add(event.data.timestamp),
    async (event) => sink.add(event.data.timestamp),
    async (event) => sink.add(event.data.timestamp),
  ]
}

/** Ten synchronous handlers of a bare payload, all closures of one function. */
export function onPayloadAlike(sink: Sink): Handlers<TradeTick, void> {
  return Array.from({ length: 10 }, () => (tick: TradeTick) => sink.add(tick.timestamp))
}

/** Ten synchronous handlers of an envelope, all closures of one function. */
export function onEventAlike(sink: Sink): Handlers<Enveloped, void> {
  return Array.from({ length: 10 }, () => (event: Enveloped) => sink.add(event.data.timestamp))
}
