import { relative } from 'node:path'
import { type Reflection, StructureRouter } from 'typedoc'

/**
 * Where pages of the site stand: documents where their sources do (`guides/delivery.html`), the API below
 * `api/` by door (`api/tradewire/log/openLog.html`).
 */
export class SiteRouter extends StructureRouter {
  protected override getIdealBaseName(reflection: Reflection): string {
    return documentPath(reflection) ?? `api/${super.getIdealBaseName(reflection)}`
  }

  /** Has a result of search that is no page lead to `address`, which is from the root of the site. */
  addResult(result: Reflection, address: string): void {
    this.fullUrls.set(result, address)
  }
}

/** The path of the page of a document without `.html`; undefined for everything else. */
export function documentPath(reflection: Reflection): string | undefined {
  if (!reflection.isDocument()) return undefined
  const source = reflection.project.files.getReflectionPath(reflection)
  if (source === undefined) return undefined
  const path = relative(process.cwd(), source).replaceAll('\\', '/')
  if (!path.endsWith('.md')) return `sources/${path.replaceAll('/', '-')}`
  const name = path.replace(/\.md$/, '')
  if (name.startsWith('docs/generated/')) return name.slice('docs/generated/'.length)
  if (name.startsWith('docs/')) return name.slice('docs/'.length)
  // bench/README.md is the page of bench.
  return `project/${name
    .replace(/\/README$/, '')
    .toLowerCase()
    .replaceAll('/', '-')}`
}
