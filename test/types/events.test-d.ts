import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'
test('x', () => { expectTypeOf<1>().toEqualTypeOf<2>(); void z })
