import { printed } from '../bus/failure-report.ts'
import { PermanentError, TemporaryError } from '../delivery/errors-of-handlers.ts'
import { toPromise } from '../delivery/thenable.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'
import type { Clock, Timer } from '../time/clock.ts'
import { printable } from './connection-endpoint.ts'
import { dataOf } from './connection-outbox.ts'
import { ConnectionSocket, type SocketData, type SocketLike } from './connection-socket.ts'
import { requireLabel } from './health-options.ts'
import type { Connect, ConnectionEnd, ReconnectingSettings } from './reconnecting-options.ts'

/** Why a link has ended, and what is to follow. */
export interface LinkEnd extends ConnectionEnd {
  /** Whether no other attempt can mend it. */
  readonly final: boolean
  /** How long to wait at least before the next attempt, in milliseconds. */
  readonly retryAfterMs: number
}

/** Whom a link tells what becomes of it. Nothing is told after `ended`, which is told once. */
export interface LinkHost {
  /** The socket is open, and authentication begins. */
  authenticating(link: Link): void
  /** Messages can be sent. `account` is what authentication has told; undefined without one. */
  ready(link: Link, account: { readonly accountId?: string } | undefined): void
  /** A message has come in. */
  message(data: unknown): void
  /** Nothing has come in for so long that it is about to end. */
  stale(ageMs: number): void
  /** It has ended by itself; not told after `close`. */
  ended(link: Link, end: LinkEnd): void
}

/** One attempt to connect, and the socket that comes of it, to its end. */
export class Link {
  readonly attempt: number
  readonly #connect: Connect
  readonly #settings: ReconnectingSettings
  readonly #clock: Clock
  readonly #host: LinkHost
  readonly #abort = new AbortController()
  #phase: 'connecting' | 'authenticating' | 'ready' | 'ended' = 'connecting'
  #socket: ConnectionSocket | undefined = undefined
  /** When the last message came in, or the socket opened, in monotonic milliseconds. */
  #receivedAt = 0
  #deadline: Timer | undefined = undefined
  #staleness: Timer | undefined = undefined
  #ping: Timer | undefined = undefined
  /** What an error has said that leaves the code to the `close` that follows. */
  #failure: LinkEnd | undefined = undefined
  #lateClose: Timer | undefined = undefined
  /** Ends the wait of `close`. */
  #closed: (() => void) | undefined = undefined

  constructor(
    attempt: number,
    connect: Connect,
    settings: ReconnectingSettings,
    clock: Clock,
    host: LinkHost,
  ) {
    this.attempt = attempt
    this.#connect = connect
    this.#settings = settings
    this.#clock = clock
    this.#host = host
  }

  get ended(): boolean {
    return this.#phase === 'ended'
  }

  /** Whether messages can be sent now. */
  get open(): boolean {
    return this.#phase === 'ready' && this.#socket?.open === true
  }

  /** Makes the attempt, once the code that runs has come to rest. */
  async start(): Promise<void> {
    const { connectTimeoutMs } = this.#settings
    this.#deadline = this.#clock.setTimer(connectTimeoutMs, () => {
      const reason = `Not connected and authenticated in ${connectTimeoutMs} ms.`
      this.#end(endFor('CONNECT_TIMEOUT', reason))
    })
    await Promise.resolve()
    if (this.ended) return
    try {
      const { signal } = this.#abort
      const made = this.#connect({ signal, attempt: this.attempt })
      const promise = toPromise(Object(made) as object)
      // A socket that is there at once is listened to at once: it may fail before a promise settles.
      this.#attach(promise === undefined ? (made as SocketLike) : ((await promise) as SocketLike))
    } catch (error) {
      this.#end(endOf(error))
    }
  }

  /** Throws what the socket throws. */
  send(data: SocketData): void {
    this.#socket!.send(data)
  }

  /** Ends it because of an error. */
  fail(error: unknown): void {
    this.#end(endOf(error))
  }

  /** Ends it without a word. Resolves once the socket is closed, or has had its time for that. */
  async close(): Promise<void> {
    this.#stop()
    const socket = this.#socket
    if (socket === undefined) return
    if (!socket.open) {
      socket.drop()
      return
    }
    await new Promise<void>((resolve) => {
      this.#closed = resolve
      const giveUp = (): void => {
        socket.drop()
        resolve()
      }
      this.#deadline = this.#clock.setTimer(this.#settings.closeTimeoutMs, giveUp)
      try {
        socket.close()
      } catch {
        giveUp()
      }
    })
    this.#deadline?.cancel()
  }

  #attach(made: SocketLike): void {
    const socket = new ConnectionSocket(made, {
      opened: () => this.#opened(made),
      message: (data) => this.#message(data),
      closed: (code, reason) => {
        this.#closed?.()
        const text = reason || this.#failure?.reason || 'The socket was closed.'
        this.#end(endFor(code === undefined ? undefined : String(code), text))
      },
      failed: (error) => this.#failed(error),
    })
    // The attempt was given up while the socket was made.
    if (this.ended) {
      socket.drop()
      return
    }
    this.#socket = socket
    if (socket.open) this.#opened(made)
    else if (socket.readyState > 1) this.#end(endFor(undefined, 'The socket was closed.'))
  }

  /** An error without a code is followed by a `close` that has one, at once as a rule. */
  #failed(error: unknown): void {
    const end = endOf(error)
    if (end.code !== undefined || end.final) {
      this.#end(end)
      return
    }
    if (this.ended || this.#failure !== undefined) return
    this.#failure = end
    this.#lateClose = this.#clock.setTimer(longestLateCloseMs, () => this.#end(end))
  }

  #opened(made: SocketLike): void {
    if (this.#phase !== 'connecting') return
    this.#receivedAt = this.#clock.monotonic()
    this.#watch(this.#settings.staleAfterMs)
    const { authenticate } = this.#settings
    if (authenticate === undefined) {
      this.#ready(undefined)
      return
    }
    this.#phase = 'authenticating'
    this.#host.authenticating(this)
    if (!this.ended) void this.#authenticate(made, authenticate)
  }

  async #authenticate(
    made: SocketLike,
    authenticate: NonNullable<ReconnectingSettings['authenticate']>,
  ): Promise<void> {
    let account: { readonly accountId?: string } = {}
    try {
      const { accountId } = (await authenticate(made, this.#abort.signal)) ?? {}
      if (accountId !== undefined) account = { accountId: requireLabel('accountId', accountId) }
    } catch (error) {
      this.#end(endOf(error, 'AUTHENTICATION_FAILED'))
      return
    }
    if (!this.ended) this.#ready(account)
  }

  #ready(account: { readonly accountId?: string } | undefined): void {
    this.#deadline?.cancel()
    this.#phase = 'ready'
    this.#pingLater()
    this.#host.ready(this, account)
  }

  #message(data: unknown): void {
    if (this.ended) return
    this.#receivedAt = this.#clock.monotonic()
    this.#host.message(data)
  }

  /** Looks again after `delayMs` whether messages come. No timer is set for a message. */
  #watch(delayMs: number | undefined): void {
    if (delayMs === undefined) return
    const staleAfterMs = this.#settings.staleAfterMs!
    this.#staleness = this.#clock.setTimer(delayMs, () => {
      const ageMs = this.#clock.monotonic() - this.#receivedAt
      if (ageMs < staleAfterMs) {
        this.#watch(staleAfterMs - ageMs)
        return
      }
      this.#host.stale(ageMs)
      this.#end(endFor('STALE', `No message came in for ${Math.round(ageMs)} ms.`))
    })
  }

  #pingLater(): void {
    const { pingIntervalMs, pingPayload } = this.#settings
    if (pingIntervalMs === undefined) return
    this.#ping = this.#clock.setTimer(pingIntervalMs, () => {
      try {
        if (pingPayload === undefined) this.#socket!.ping()
        else this.send(dataOf(pingPayload))
        this.#pingLater()
      } catch (error) {
        this.#end(endOf(error))
      }
    })
  }

  #end(end: LinkEnd): void {
    if (this.ended) return
    this.#stop()
    this.#socket?.drop()
    this.#host.ended(this, end)
  }

  #stop(): void {
    this.#phase = 'ended'
    const timers = [this.#deadline, this.#staleness, this.#ping, this.#lateClose]
    for (const timer of timers) timer?.cancel()
    this.#abort.abort()
  }
}

const longestCode = 256
/** How long after an error its `close` is waited for, in milliseconds. */
const longestLateCloseMs = 1_000

function endFor(code: string | undefined, reason: string): LinkEnd {
  return { code, reason: printable(reason), final: false, retryAfterMs: 0 }
}

/** What an error says of the end; `code`, where it is given, goes before a code of its own. */
function endOf(error: unknown, code?: string): LinkEnd {
  const final = error instanceof PermanentError || error instanceof ConfigurationError
  const retryAfterMs = error instanceof TemporaryError ? (error.retryAfterMs ?? 0) : 0
  const own: unknown = (Object(error) as { readonly code?: unknown }).code
  const found = typeof own === 'string' && own !== '' ? own.slice(0, longestCode) : undefined
  return { code: code ?? found, reason: printable(printed(error)), final, retryAfterMs }
}
