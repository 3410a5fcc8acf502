/** The part of a bus that random programs drive: `Bus` by name, with names as plain strings. */
export interface DrivenBus {
  readonly closed: boolean
  readonly history: { query(): readonly DrivenEvent[] }
  on(patterns: Patterns, handler: DrivenHandler, options?: DrivenOptions): DrivenSubscription
  off(target: DrivenSubscription | string): boolean
  clear(pattern?: string): number
  emit(type: string, data: object, options?: EmissionOptions): Promise<DrivenEvent>
  emitSync(type: string, data: object, options?: EmissionOptions): DrivenEvent
  emitSerial(type: string, data: object, options?: EmissionOptions): Promise<DrivenEvent>
  emitBatch(items: readonly BatchItem[]): Promise<readonly DrivenEvent[]>
  waitFor(patterns: Patterns, options?: DrivenWaitOptions): Promise<DrivenEvent>
  stream(patterns: Patterns, options?: DrivenStreamOptions): DrivenStream
  observe(observer: DrivenObserver): unknown
  handlerCount(type?: string): number
  subscriptions(): readonly DrivenSubscription[]
  eventCounts(): ReadonlyMap<string, number>
  idle(): Promise<void>
  /** What it resolves to is the business of other tests. */
  close(): Promise<unknown>
}

/** A bus under test, with the time that it lives in. */
export interface Subject {
  readonly bus: DrivenBus
  advance(ms: number): Promise<void> | void
  pendingTimers(): number
}

/** Makes a fresh subject for one program. */
export type SubjectFactory = (settings: SubjectSettings) => Subject

/** What a program asks of its bus. */
export interface SubjectSettings {
  readonly maxDepth: number
  readonly history: number
  readonly onError: (
    error?: unknown,
    context?: { readonly event: { readonly type: string } | undefined },
  ) => void
}

export type Patterns = string | readonly string[]

export interface DrivenEvent {
  readonly id: string
  readonly type: string
  readonly data: object
  readonly timestamp: number
  readonly sequence: number
  readonly correlationId: string
  readonly causationId: string | undefined
}

export type DrivenHandler = (event: DrivenEvent) => unknown

export type Where = (event: DrivenEvent) => boolean

export interface DrivenOptions {
  readonly id?: string
  readonly priority?: number
  readonly where?: Where
  readonly signal?: AbortSignal
  readonly once?: boolean
}

export interface EmissionOptions {
  readonly cause?: DrivenEvent
  readonly throwOnError?: boolean
}

export interface BatchItem {
  readonly type: string
  readonly data: object
}

export interface DrivenWaitOptions {
  readonly where?: Where
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

export type Overflow = 'drop-oldest' | 'drop-newest' | 'error'

export interface DrivenStreamOptions {
  readonly capacity?: number
  readonly overflow?: Overflow
  readonly where?: Where
  readonly signal?: AbortSignal
}

export interface DrivenSubscription {
  readonly id: string
  readonly active: boolean
  readonly paused: boolean
  readonly stats: DrivenStats
  pause(): void
  resume(): void
  unsubscribe(): void
}

export interface DrivenStats {
  readonly accepted: number
  readonly delivered: number
  readonly failed: number
  readonly dropped: number
  readonly lastDeliveredAt: number | undefined
}

export interface DrivenStream {
  readonly size: number
  readonly dropped: number
  next(): Promise<IteratorResult<DrivenEvent, undefined>>
  return(): Promise<unknown>
}

export interface DrivenObserver {
  onEmitted?(event: DrivenEvent): void
  onHandled?(event: DrivenEvent, subscription: DrivenSubscription): void
  onFailed?(event: DrivenEvent, subscription: DrivenSubscription): void
  onDropped?(drop: { readonly type: string; readonly reason: string }): void
}
