import { describeValue, requireFunction } from '../errors/checks.ts'
import { ConfigurationError } from '../errors/tradewire-error.ts'

/** What can be sent: text, or bytes. */
export type SocketData = string | Uint8Array<ArrayBuffer>

/** What comes in: text, or bytes. */
export type SocketMessage = string | Uint8Array

interface SocketMethods {
  /** 0 while it connects, 1 while it is open, 2 while it closes, 3 when it is closed. */
  readonly readyState: number
  /** Sends text or bytes. */
  send(data: SocketData): void
  /** Closes it, with a code of WebSockets and a reason. */
  close(code?: number, reason?: string): void
}

/** What the platform's `WebSocket` and that of `ws` have. */
export interface TargetSocket extends SocketMethods {
  /** Adds a listener. */
  addEventListener(
    type: 'open' | 'message' | 'close' | 'error',
    listener: (event: object) => void,
  ): void
}

/** What emitters such as the `WebSocket` of `ws` have. */
export interface EmitterSocket extends SocketMethods {
  /** Adds a listener. */
  on(
    name: 'open' | 'message' | 'close' | 'error',
    listener: (...details: readonly unknown[]) => void,
  ): unknown
}

/**
 * Anything like a WebSocket: that of the platform, that of the package `ws`, or your own. Its optional
 * methods `terminate()` and `ping()` are used where it has them.
 */
export type SocketLike = TargetSocket | EmitterSocket

/** What happens to a socket. Each call is made as it happens, also after the end. */
export interface SocketListener {
  opened(): void
  /** Text, bytes, or whatever else the socket hands out; see {@link readMessage}. */
  message(data: unknown): void
  closed(code: number | undefined, reason: string): void
  failed(error: unknown): void
}

interface OptionalMethods {
  binaryType?: string
  terminate?(): void
  ping?(): void
}

const stateOpen = 1

/**
 * A socket of any kind, which is listened to. Listeners stay to the end: a socket that is given up may
 * still fail, and an emitter whose `error` nobody hears ends the process.
 */
export class ConnectionSocket {
  readonly #socket: SocketLike
  readonly #optional: OptionalMethods

  /** @throws ConfigurationError `CONFIGURATION` if it is nothing like a WebSocket. */
  constructor(socket: SocketLike, listener: SocketListener) {
    const given = Object(socket) as Partial<TargetSocket> & Partial<EmitterSocket>
    requireFunction('The send of what connect returns', given.send)
    requireFunction('The close of what connect returns', given.close)
    this.#socket = socket
    this.#optional = given as OptionalMethods
    if (typeof given.addEventListener === 'function') listenTo(socket as TargetSocket, listener)
    else if (typeof given.on === 'function') hear(socket as EmitterSocket, listener)
    else {
      throw new ConfigurationError(
        `connect must return something like a WebSocket, with addEventListener or on, but returned ${describeValue(socket)}.`,
      )
    }
    // The platform's default, a Blob, can only be read asynchronously, out of order.
    if (this.#optional.binaryType === 'blob') this.#optional.binaryType = 'arraybuffer'
  }

  get readyState(): number {
    return this.#socket.readyState
  }

  get open(): boolean {
    return this.#socket.readyState === stateOpen
  }

  send(data: SocketData): void {
    this.#socket.send(data)
  }

  /** @throws ConfigurationError `CONFIGURATION` if it has no `ping`. */
  ping(): void {
    if (typeof this.#optional.ping !== 'function') {
      throw new ConfigurationError(
        'This socket has no ping(). Give pingPayload, a message that the venue answers.',
      )
    }
    this.#optional.ping()
  }

  /** Begins to close it in order. Throws what the socket throws. */
  close(): void {
    this.#socket.close(1_000)
  }

  /** Closes it, without waiting for the other side where that is possible. */
  drop(): void {
    try {
      if (typeof this.#optional.terminate === 'function') this.#optional.terminate()
      else this.#socket.close()
    } catch {
      // It is given up, whatever it says.
    }
  }
}

/**
 * Text or bytes.
 *
 * @throws TypeError if it is neither.
 */
export function readMessage(data: unknown): SocketMessage {
  if (typeof data === 'string' || data instanceof Uint8Array) return data
  if (data instanceof ArrayBuffer) return new Uint8Array(data)
  throw new TypeError(
    `A message must be text or bytes, but is ${describeValue(data)}. Set the binaryType of the socket to arraybuffer.`,
  )
}

function listenTo(socket: TargetSocket, listener: SocketListener): void {
  socket.addEventListener('open', () => listener.opened())
  socket.addEventListener('message', (event) =>
    listener.message((event as { readonly data?: unknown }).data),
  )
  socket.addEventListener('close', (event) => {
    const { code, reason } = event as { readonly code?: number; readonly reason?: string }
    listener.closed(code, reason ?? '')
  })
  socket.addEventListener('error', (event) => {
    const { error, message } = event as { readonly error?: unknown; readonly message?: string }
    listener.failed(saysNothing(error) ? new Error(message || 'The socket has failed.') : error)
  })
}

/** The platform tells a page, and Node, no more of a failure than that there was one. */
function saysNothing(error: unknown): boolean {
  if (error === undefined || error === null) return true
  return error instanceof Error && error.message === '' && !('code' in error)
}

function hear(socket: EmitterSocket, listener: SocketListener): void {
  const decoder = new TextDecoder()
  socket.on('open', () => listener.opened())
  // `ws` gives bytes, and says whether they are text.
  socket.on('message', (data, isBinary) =>
    listener.message(
      isBinary === false && data instanceof Uint8Array ? decoder.decode(data) : data,
    ),
  )
  socket.on('close', (code, reason) => {
    const text = reason instanceof Uint8Array ? decoder.decode(reason) : reason
    listener.closed(
      typeof code === 'number' ? code : undefined,
      typeof text === 'string' ? text : '',
    )
  })
  socket.on('error', (error) => listener.failed(error))
}
