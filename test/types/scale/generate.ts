/** The files of a project with an extended catalog and its handlers, by name. */
export interface ScaleProject {
  readonly [file: string]: string
}

/**
 * Of the repository in `root`: a module that extends the trading events by `count` events, every tenth with a parameter, and one
 * with as many handlers over exact types and patterns, each of which reads a field of its event.
 */
export function scaleProject(root: string, count: number, mistake = ''): ScaleProject {
  const indexes = Array.from({ length: count }, (_, index) => index)
  return {
    'catalog.ts': `
import { decimal, Decimal, tradingEvents, z } from 'tradewire'
export const catalog = tradingEvents.extend({
${indexes.map(definition).join('\n')}
})
`,
    'handlers.ts': `
import { createBus, Decimal } from 'tradewire'
import { catalog } from './catalog.ts'
const bus = createBus({ catalog })
let seen: unknown
${indexes.map(handler).join('\n')}
${indexes.map(emission).join('\n')}
${mistake}
export { bus, seen }
`,
    'tsconfig.json': JSON.stringify({
      extends: `${root}/tsconfig.json`,
      compilerOptions: { types: [] },
      include: ['./*.ts'],
      exclude: [],
    }),
    'package.json': JSON.stringify({ type: 'module' }),
  }
}

function category(index: number): string {
  return `room${index % 20}`
}

function name(index: number): string {
  return index % 10 === 0
    ? `${category(index)}.{who}.done_${index}`
    : `${category(index)}.fact_${index}`
}

function type(index: number): string {
  return name(index).replace('{who}', 'desk')
}

function definition(index: number): string {
  return `  '${name(index)}': {
    description: 'Fact ${index} holds.',
    payload: z.strictObject({ symbol: z.string(), price_${index}: decimal(), count: z.number().optional() }),
    example: { symbol: 'BTCUSDT', price_${index}: new Decimal('1.5') },
  },`
}

function handler(index: number): string {
  switch (index % 5) {
    case 3:
      return `bus.on('${category(index)}.*', (event) => { if (event.type === '${type(index)}') seen = event.data.price_${index}.plus(1) })`
    case 4:
      return `bus.on(['${type(index)}', 'order.filled'], (event) => { seen = event.type === 'order.filled' ? event.data.lastPrice : event.data.price_${index} })`
    default:
      return `bus.on('${type(index)}', ({ data }) => { seen = data.price_${index}.plus(1) })`
  }
}

function emission(index: number): string {
  return `void bus.emit('${type(index)}', { symbol: 'BTCUSDT', price_${index}: new Decimal(1) })`
}
