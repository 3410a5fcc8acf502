/** Positions for a person: `position 3`, `positions 3 to 7`. */
export function positionsText(first: number, last: number): string {
  return first === last ? `position ${first}` : `positions ${first} to ${last}`
}
