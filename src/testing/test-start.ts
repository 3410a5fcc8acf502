/**
 * Where the time of tests starts: 2026-01-02T00:00:00.000Z, in milliseconds since the Unix epoch.
 */
export const testStart = 1_767_312_000_000
