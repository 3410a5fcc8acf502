import type { Block, Page, Part, StateGroup, Step, Text } from './page.ts'

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
      return fenced('mermaid', stateDiagram(block.steps, block.group))
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

/** Mermaid, which GitHub draws. A group is a box around its states; a step into it leads to the box. */
function stateDiagram(steps: readonly Step[], group: StateGroup | undefined): string {
  const within = (state: string): boolean => group?.states.includes(state) === true
  const inner = steps.filter(([from, to]) => within(from) && within(to))
  const outer = steps.filter((step) => !inner.includes(step))
  return [
    'stateDiagram-v2',
    ...(group === undefined
      ? []
      : [`  state ${group.name} {`, ...inner.map((step) => `    ${arrow(step)}`), '  }']),
    ...outer.map(
      ([from, to, events]) => `  ${arrow([from, within(to) ? group!.name : to, events])}`,
    ),
  ].join('\n')
}

function arrow([from, to, events]: Step): string {
  return `${from} --> ${to} : ${events.replaceAll(', ', '<br/>')}`
}
