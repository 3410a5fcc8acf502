import type { PageSource } from './sqlite-pages.ts'
import type { VerifyStep } from './store.ts'

export function verifySome(_source: PageSource, _position: number, through: number): VerifyStep {
  return { through, records: 0, damaged: [], done: true }
}
