import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'

const program = `
  import { createBus, tradingEvents } from './src/index.ts'
  const bus = createBus()
  const { example } = tradingEvents.get('market.trade_tick')
  const event = bus.emitSync('market.trade_tick', example)
  let refused = ''
  try {
    bus.emitSync('market.trade_tick', { ...example, size: 5 })
  } catch (error) {
    refused = error.code
  }
  let forbidden = ''
  try {
    new Function('return 1')
  } catch (error) {
    forbidden = error.name
  }
  console.log(JSON.stringify({ sequence: event.sequence, refused, forbidden }))
`

describe('validation', () => {
  it('works where code generation is forbidden, as under a Content-Security-Policy', () => {
    const output = execFileSync(
      process.execPath,
      ['--disallow-code-generation-from-strings', '--input-type=module', '--eval', program],
      { encoding: 'utf8' },
    )
    expect(JSON.parse(output)).toEqual({
      sequence: 1,
      refused: 'EVENT_INVALID',
      forbidden: 'EvalError',
    })
  })
})
