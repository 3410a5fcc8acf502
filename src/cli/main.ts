#!/usr/bin/env node
import process from 'node:process'
import { runProgram } from './program.ts'

const interruption = new AbortController()
// Once: who interrupts a second time does not want to wait for the first to be answered.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => interruption.abort(new Error(`Ended by ${signal}.`)))
}

process.exitCode = await runProgram(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  signal: interruption.signal,
})
