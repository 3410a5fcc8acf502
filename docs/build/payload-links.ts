import type {
  CommentDisplayPart,
  DeclarationReflection,
  DocumentReflection,
  ProjectReflection,
  Reflection,
} from 'typedoc'
import { documentPath } from './site-router.ts'

/** What the comment of each payload interface begins with, before the type of its event in backticks. */
const beginning = 'Payload of '

const heading = '## Payload\n\n'

/**
 * Links the page of each event and the page of its payload interface to each other. Which belong together
 * is what the comments of the interfaces say.
 */
export function linkPayloads(project: ProjectReflection): void {
  const events = new Map(project.documents?.map((page) => [documentPath(page), page]))
  for (const payload of project.children?.flatMap(({ children = [] }) => children) ?? []) {
    const event = events.get(`events/${eventOf(payload)}`)
    if (event === undefined) continue
    payload.comment!.summary[1] = linkTo(event)
    event.content = withInterface(event.content, payload)
  }
}

/** The type of the event that an interface is the payload of, such as `order.filled`. */
function eventOf({ comment }: DeclarationReflection): string | undefined {
  const [first, second] = comment?.summary ?? []
  return first?.text === beginning ? second?.text.replaceAll('`', '') : undefined
}

function withInterface(
  content: DocumentReflection['content'],
  payload: Reflection,
): CommentDisplayPart[] {
  return content.flatMap((part): CommentDisplayPart[] => {
    const [before, after] = part.kind === 'text' ? part.text.split(heading) : []
    if (before === undefined || after === undefined) return [part]
    return [
      { kind: 'text', text: `${before}${heading}In TypeScript it is ` },
      linkTo(payload),
      { kind: 'text', text: `.\n\n${after}` },
    ]
  })
}

/** TypeDoc writes its address, which depends on the page that it stands on. */
function linkTo(target: Reflection): CommentDisplayPart {
  return { kind: 'inline-tag', tag: '@linkcode', text: target.name, target }
}
