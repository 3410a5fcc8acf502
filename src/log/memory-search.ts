/** The index of the last record whose position is not above `position`; -1 if there is none. */
export function notAbove(
  records: readonly { readonly position: number }[],
  position: number,
): number {
  let low = 0
  let high = records.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (records[middle]!.position <= position) low = middle + 1
    else high = middle
  }
  return low - 1
}
