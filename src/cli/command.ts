import type { Output } from './output.ts'
import type { ProgressLine } from './progress-line.ts'

/** An option of a command. */
export interface OptionSpec {
  /** What stands for its value in the help; without one it is a switch. */
  readonly value?: string
  /** Whether it may be given more than once. */
  readonly repeatable?: boolean
  /** What it does, with its default. */
  readonly help: string
}

/** The options of a command, by name without the dashes. */
export type OptionSpecs = Readonly<Record<string, OptionSpec>>

/** What was given to a command. */
export interface Given {
  readonly positionals: readonly string[]
  /** Whether a switch was given. */
  flag(name: string): boolean
  /** The value of an option, if it was given. */
  text(name: string): string | undefined
  /** All values of an option that may be given more than once. */
  list(name: string): readonly string[]
}

/** Where a command runs. */
export interface Room {
  readonly out: Output
  /** Shows how far long work has come. */
  readonly progress: ProgressLine
  /** What goes to the person beside the result. */
  note(text: string): void
  readonly colour: boolean
  readonly environment: Readonly<Record<string, string | undefined>>
  /** What `-` is read from. */
  readonly input: NodeJS.ReadableStream
  /** Aborts when the person wants it to end. */
  readonly signal: AbortSignal
}

/** A command of `tradewire` or of `tradewire log`. */
export interface Command {
  readonly name: string
  /** One sentence. */
  readonly summary: string
  /** What stands behind the name, in order: `<file>` must be given, `[target]` may be. */
  readonly positionals: readonly string[]
  /** Options without which it does not run, as the help shows them. Default: none. */
  readonly needs?: string
  readonly options: OptionSpecs
  /** A line to copy. */
  readonly example: string
  /** Resolves to the exit code. */
  run(given: Given, room: Room): Promise<number>
}
