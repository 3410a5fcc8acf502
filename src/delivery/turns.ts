import { type Priority, priorities } from '../events/priority.ts'

/** How many lanes there are: one for each priority. */
export const laneCount = priorities.length

/** The lane of a priority: 0 for the most urgent. */
export function laneOf(priority: Priority): number {
  if (priority === 'normal') return 2
  if (priority === 'high') return 1
  return priority === 'critical' ? 0 : 3
}

/** Turns after which the order of lanes repeats. */
const round = 15

/**
 * Whose turn it is among lanes that have something: weighted fair, 8 : 4 : 2 : 1.
 *
 * Turns count from 1 to 15 and over again, and lane `n` has the turns that two divides exactly `n`
 * times, as a ruler has its marks: lane 0 every other turn, lane 3 the eighth alone. A turn of a lane
 * that has nothing goes to the most urgent one that has. So a lane that has something waits for at
 * most 1, 3, 7 or 14 turns of others, whatever these have.
 */
export class Turns {
  #turn = 0

  /**
   * The lane that is next.
   *
   * @param lanes a bit for each lane that has something: bit 0 for lane 0. Not 0.
   */
  next(lanes: number): number {
    const most = lanes & -lanes
    // One lane alone needs no turn.
    if (most === lanes) return bitOf(most)
    this.#turn = this.#turn === round ? 1 : this.#turn + 1
    const mark = this.#turn & -this.#turn
    return bitOf((lanes & mark) === 0 ? most : mark)
  }
}

/** Which bit is set in a power of two. */
function bitOf(power: number): number {
  return 31 - Math.clz32(power)
}
