/** How far long work has come. */
export interface Progress {
  /** How much is done, in events. */
  readonly done: number
  /** How much there is in all, in events, where that is known. */
  readonly total: number | undefined
}
