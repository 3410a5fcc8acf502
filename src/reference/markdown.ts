import type { Block, Page, Part, Step, Text } from './page.ts'

/** A page as Markdown that plain viewers, GitHub and typedoc show alike. */
export function pageMarkdown({ title, blocks }: Page): string {
  return `${[`# ${escaped(title)}`, ...blocks.map(blockMarkdown)].join('\n\n')}\n`
}

function blockMarkdown(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `## ${line(block.text)}`
    case 'paragraph':
      return line(block.text)
    case 'list':
      return block.items.map((item) => `- ${line(item)}`).join('\n')
    case 'table':
      return [
        row(block.head.map(escaped)),
        row(block.head.map(() => '---')),
        ...block.rows.map((cells) => row(cells.map((cell) => line(cell, true)))),
      ].join('\n')
    case 'code':
      return fenced(block.language, block.text)
    default:
      return fenced('mermaid', stateDiagram(block.steps))
  }
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

function line(text: Text, inTable = false): string {
  return text.map((part) => partMarkdown(part, inTable)).join('')
}

function partMarkdown(part: Part, inTable: boolean): string {
  if (typeof part === 'string') return escaped(part)
  if ('file' in part) return `[${escaped(part.text)}](${part.file})`
  const code = inlineCode(part.code, inTable)
  return 'page' in part ? `[${code}](${part.page}.md)` : code
}

/** Text in which nothing is Markdown or HTML, on one line. */
function escaped(text: string): string {
  return (
    text
      .replaceAll(/\s+/g, ' ')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll(/[\\`*{}[\]|~#$]/g, (character) => `\\${character}`)
      // Inside a word it is no emphasis, and readable as it is.
      .replaceAll(/(?<!\w)_|_(?!\w)/g, '\\_')
  )
}

/** Code in a fence of more backticks than it holds in a row. */
function inlineCode(code: string, inTable: boolean): string {
  const text = code.replaceAll(/\s+/g, ' ')
  const fence = '`'.repeat(longestRun(text) + 1)
  const space = /^`|`$/.test(text) ? ' ' : ''
  // A table takes `|` for the end of a cell also in code, unless it is escaped.
  const shown = inTable ? text.replaceAll('|', '\\|') : text
  return `${fence}${space}${shown}${space}${fence}`
}

function fenced(language: string, text: string): string {
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1))
  return `${fence}${language}\n${text}\n${fence}`
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
}

/** Mermaid, which GitHub draws; a state that nothing leaves is an end. */
function stateDiagram(steps: readonly Step[]): string {
  const left = new Set(steps.filter(([from, to]) => from !== to).map(([from]) => from))
  const ends = new Set(steps.map(([, to]) => to).filter((state) => !left.has(state)))
  return [
    'stateDiagram-v2',
    ...steps.map(([from, to, event]) => `  ${from} --> ${to} : ${event}`),
    ...[...ends].map((state) => `  ${state} --> [*]`),
  ].join('\n')
}
