import { describe, expect, it } from 'vitest'
import { runVenue } from './paper-venue-run.ts'

describe('paperBroker', () => {
  it('places a market order, and fills it at the open of the next bar', async () => {
    const { submit, bar, said } = runVenue()
    await bar('100 103 99 102')
    submit()
    expect(said()).toEqual(['o1 placed @60'])
    await bar('101 104 100 103')
    expect(said()).toEqual(['o1 filled @60 10 at 101 taker, 10/0'])
  })
})
