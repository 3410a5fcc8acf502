const longestCompared = 64

/**
 * The candidate that `text` was most likely meant to be, if one is within three typing slips
 * and shares at least half of its length with it.
 */
export function closestTo(text: string, candidates: Iterable<string>): string | undefined {
  if (text.length > longestCompared) return undefined
  let closest: string | undefined
  let fewest = 4
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - text.length) >= fewest) continue
    const distance = editDistance(text, candidate)
    if (distance < fewest && distance * 2 <= candidate.length) {
      fewest = distance
      closest = candidate
    }
  }
  return closest
}

/** Levenshtein distance, by the row-wise method of Wagner and Fischer (1974). */
function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= right.length; j += 1) {
      const substitution = row[j - 1]! + (left[i - 1] === right[j - 1] ? 0 : 1)
      next.push(Math.min(substitution, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[right.length]!
}
