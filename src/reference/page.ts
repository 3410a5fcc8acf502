/** A piece of running text: plain text, code, or a link to another page or file of the reference. */
export type Part =
  | string
  | { readonly code: string }
  /** `to` is the name of the page's file without its ending, or a file with its ending. */
  | { readonly code: string; readonly page: string }
  | { readonly text: string; readonly file: string }

/** Running text. */
export type Text = readonly Part[]

/** A block of a page. */
export type Block =
  | { readonly kind: 'heading'; readonly text: Text }
  | { readonly kind: 'paragraph'; readonly text: Text }
  | { readonly kind: 'list'; readonly items: readonly Text[] }
  | { readonly kind: 'table'; readonly head: readonly string[]; readonly rows: readonly Row[] }
  | { readonly kind: 'code'; readonly language: string; readonly text: string }
  | { readonly kind: 'states'; readonly steps: readonly Step[]; readonly group?: StateGroup }

/**
 * From a state to another one, and the events that lead there with `, ` between them; `[*]` is before the
 * first state.
 */
export type Step = readonly [from: string, to: string, event: string]

/** States that the same events leave: a step from the name of the group is one from each of them. */
export interface StateGroup {
  readonly name: string
  readonly states: readonly string[]
}

/** The cells of a row of a table. */
export type Row = readonly Text[]

/** A page of the reference, before it is written as Markdown or HTML. */
export interface Page {
  /** The name of its file without an ending. */
  readonly name: string
  readonly title: string
  /** The first token of the name of the event; empty for the overview. */
  readonly category: string
  readonly blocks: readonly Block[]
  /** What a search finds it by beside its title. */
  readonly keywords: readonly string[]
}

/**
 * Text in which whatever stands between two backticks is code. A backtick without a partner on its line
 * stands for itself.
 */
export function prose(text: string): Text {
  return text
    .split(/`([^`\n]+)`/)
    .map((piece, index) => (index % 2 === 0 ? piece : { code: piece }))
    .filter((part) => part !== '')
}
