import {
  DefaultTheme,
  type DocumentReflection,
  type NavigationElement,
  type ProjectReflection,
  ReflectionKind,
} from 'typedoc'
import { byReadingOrder } from './reading-order.ts'
import { documentPath } from './site-router.ts'

interface Placed {
  readonly path: string
  readonly document: DocumentReflection
}

/** TypeDoc's own theme with a tree of pages in reading order: guides, events, API, project, decisions. */
export class SiteTheme extends DefaultTheme {
  override buildNavigation(project: ProjectReflection): NavigationElement[] {
    const placed = (project.documents ?? []).map((document) => ({
      path: documentPath(document)!,
      document,
    }))
    const below = (folder: string): Placed[] =>
      placed
        .filter(({ path }) => path.startsWith(`${folder}/`))
        .toSorted((left, right) => (left.path < right.path ? -1 : 1))
    const guides = below('guides').toSorted((left, right) => byReadingOrder(left.path, right.path))
    const doors = super
      .buildNavigation(project)
      .filter(({ kind }) => kind === ReflectionKind.Module)
    const groups = [
      { text: 'Guides', children: this.#links(guides) },
      { text: 'Events', children: this.#events(placed) },
      { text: 'API', children: [{ text: 'Overview', path: 'modules.html' }, ...byDoor(doors)] },
      { text: 'Project', children: this.#links(below('project')) },
      { text: 'Decisions', children: this.#links(below('decisions')) },
    ]
    return groups.filter(({ children }) => children.length > 0)
  }

  /** The overview, a folder for each category in the order of the catalog, then AsyncAPI. */
  #events(placed: readonly Placed[]): NavigationElement[] {
    const overview = placed.filter(({ path }) => path === 'events/events')
    const asyncApi = placed.filter(({ path }) => path === 'asyncapi')
    const categories = new Map<string, Placed[]>()
    for (const page of placed) {
      const { category, order } = page.document.frontmatter
      if (typeof category !== 'string' || order === undefined) continue
      categories.set(category, [...(categories.get(category) ?? []), page])
    }
    const folders = [...categories]
      .toSorted(([, left], [, right]) => orderOf(left[0]) - orderOf(right[0]))
      .map(([text, pages]) => ({
        text,
        children: this.#links(pages.toSorted((left, right) => orderOf(left) - orderOf(right))),
      }))
    return [...this.#links(overview, 'Overview'), ...folders, ...this.#links(asyncApi)]
  }

  #links(pages: readonly Placed[], text?: string): NavigationElement[] {
    return pages.map(({ document }) => ({
      text: text ?? document.name,
      path: this.router.getFullUrl(document),
      kind: document.kind,
    }))
  }
}

/** A row for each door, then what each has, folded: the core alone has so many names that they hid the rest. */
function byDoor(doors: readonly NavigationElement[]): NavigationElement[] {
  const rows = doors.map((door) => ({ ...door }))
  for (const row of rows) delete row.children
  return [...rows, ...doors.map(({ text, children = [] }) => ({ text: `In ${text}`, children }))]
}

/** Where an event stands in the catalog, as its page says. */
function orderOf(page: Placed | undefined): number {
  return Number(page?.document.frontmatter['order'])
}
