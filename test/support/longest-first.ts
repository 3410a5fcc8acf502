import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files of which one takes as long as a hundred others. */
const long = /\/test\/(?:crash|property|soak)\//

/** Begins with what takes long, so that no process waits at the end for the other one. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- no array's.
    const sorted = await super.sort(files)
    const rank = ({ moduleId }: TestSpecification): number => (long.test(moduleId) ? 0 : 1)
    return sorted.toSorted((one, other) => rank(one) - rank(other))
  }
}
