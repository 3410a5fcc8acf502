import * as fc from 'fast-check'
import { startSeed } from './start-seed.ts'

// Properties of fast-check that are given no seed of their own.
if (startSeed !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: startSeed })
