import { describe, expect, it } from 'vitest'
import { EventCategory, EventType } from '../../src/events/event-type.ts'
import { tradingEvents } from '../../src/events/trading-events.ts'

describe('EventType', () => {
  it('names exactly the events of the catalog, in its order', () => {
    expect(Object.values(EventType)).toEqual([...tradingEvents.entries.keys()])
  })

  it('names a constant after its type, with the category where the type alone says too little', () => {
    for (const [constant, type] of Object.entries(EventType)) {
      const [category, fact] = type.toUpperCase().split('.')
      expect([fact, `${category}_${fact}`]).toContain(constant)
    }
  })
})

describe('EventCategory', () => {
  it('names exactly the categories of the catalog', () => {
    const categories = [...tradingEvents.entries.values()].map(({ category }) => category)
    expect(Object.values(EventCategory)).toEqual([...new Set(categories)])
  })
})
