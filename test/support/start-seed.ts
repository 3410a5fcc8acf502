const { env } = globalThis.process

/**
 * Where tests of random programs start. `TRADEWIRE_START_SEED` fixes it for a whole run, so that one
 * change meets the same programs wherever it is tested; without it they are others each time.
 */
export const startSeed: number | undefined =
  env['TRADEWIRE_START_SEED'] === undefined ? undefined : Number(env['TRADEWIRE_START_SEED'])

/** The start seed if there is one, or another number each time; below 1,000,000. */
export const someSeed: number = (startSeed ?? Date.now()) % 1_000_000
