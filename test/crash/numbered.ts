import { tradingEvents, z } from '../../src/index.ts'
import { seededRandom } from '../../src/time/random.ts'

const payload = z.strictObject({ text: z.string() })
const example = { text: 'an example' }

/** Two events whose payload says which number they have. */
export const numberedCatalog = tradingEvents.extend({
  'note.made': { description: 'A note was made.', payload, example },
  'alarm.rung': { description: 'An alarm was rung.', payload, example },
})

/** The type of the event with this number. */
export function typeOf(number: number): 'note.made' | 'alarm.rung' {
  return number % 7 === 0 ? 'alarm.rung' : 'note.made'
}

/** The text of the event with this number: mostly short, at times longer than a page of the file. */
export function textOf(number: number): string {
  const random = seededRandom(number)
  const length = random() < 0.02 ? 20_000 * random() : 200 * random()
  return `${number} ${String.fromCharCode(97 + (number % 26)).repeat(length)}`
}
