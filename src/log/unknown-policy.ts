/** What becomes of an event whose type or version the catalog does not know. */
export type UnknownPolicy =
  /** The read ends with an `UnknownEventError` or an `EventVersionError`. */
  | 'refuse'
  /** It is handed over with its payload as plain JSON, and the version that it was written with. */
  | 'keep'
