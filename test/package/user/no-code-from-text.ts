// A module of its own, because imports come before statements: no schema may be made before this is said.
import { config } from 'zod'

config({ jitless: true })
