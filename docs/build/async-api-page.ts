import { createRequire } from 'node:module'

// CommonJS, without types: of each only what is used here.
const require = createRequire(import.meta.url)

interface Diagnostic {
  readonly message: string
  readonly path: readonly (string | number)[]
  /** 0 is an error, 1 a warning, 2 a remark. */
  readonly severity: number
}

interface ParserModule {
  readonly Parser: new () => {
    parse(text: string): Promise<{ document: unknown; diagnostics: readonly Diagnostic[] }>
  }
}

/**
 * An AsyncAPI document as HTML that needs no script.
 *
 * @throws Error if the document is not valid.
 */
export async function asyncApiPage(document: object): Promise<string> {
  const { Parser } = require('@asyncapi/parser') as ParserModule
  const parsed = await new Parser().parse(JSON.stringify(document))
  const wrong = parsed.diagnostics.filter(({ severity }) => severity < 2)
  if (wrong.length > 0) {
    const lines = wrong.map(({ path, message }) => `${path.join('.')}: ${message}`)
    throw new Error(`The AsyncAPI document is not valid:\n${lines.join('\n')}`)
  }
  return withoutRepeats(withoutButtons(draw(parsed.document)))
}

function draw(document: unknown): string {
  const react = require('react') as {
    createElement: (...parts: unknown[]) => unknown
    useState: (initial: unknown) => unknown
  }
  const { renderToStaticMarkup } = require('react-dom/server') as {
    renderToStaticMarkup: (element: unknown) => string
  }
  const component = require('@asyncapi/react-component/lib/cjs/without-parser.js') as {
    default: unknown
  }
  const config = {
    show: { sidebar: false, info: false, messages: false, errors: false, schemas: false },
    expand: { messageExamples: true },
  }
  const { useState } = react
  // Nothing can be opened without a script, so what begins as closed is drawn open.
  react.useState = (initial) => useState(initial === false ? true : initial)
  try {
    return renderToStaticMarkup(
      react.createElement(component.default, { schema: document, config }),
    )
  } finally {
    react.useState = useState
  }
}

/** Buttons would do nothing: those that open become their labels. */
function withoutButtons(html: string): string {
  return html
    .replaceAll(/<button[^>]*>(?:Collapse|Expand) all<\/button>/g, '')
    .replaceAll(/<button[^>]*>/g, '<span>')
    .replaceAll('</button>', '</span>')
}

/** A description, and the summary of its operation or message right below. */
const described = /<p>((?:(?!<\/p>).)*)<\/p>\s*(?:<\/div>){2}(<p class="[^"]*">(.*?)<\/p>)/g

/** A summary that says what stands above it goes. */
function withoutRepeats(html: string): string {
  return html.replaceAll(described, (all, description: string, summary: string, words: string) =>
    plain(description) === plain(words) ? all.slice(0, -summary.length) : all,
  )
}

/** Text without markup: a summary has the backticks of its Markdown, and other apostrophes. */
function plain(html: string): string {
  return html.replaceAll(/<[^>]*>|`/g, '').replaceAll('&#x27;', "'")
}

/** Where the style of {@link asyncApiPage} is. */
export const asyncApiStyle: string =
  require.resolve('@asyncapi/react-component/styles/default.min.css')
