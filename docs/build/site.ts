import { readFileSync } from 'node:fs'
import {
  Application,
  Comment,
  Converter,
  MarkdownEvent,
  PageEvent,
  type ProjectReflection,
  TSConfigReader,
  TypeDocReader,
} from 'typedoc'
import { asyncApiPlace } from './generated-documents.ts'
import { withPictures } from './diagrams.ts'
import { finishPage } from './page-finish.ts'
import { linkPayloads } from './payload-links.ts'
import { addSearchWords } from './search-words.ts'
import { SiteRouter } from './site-router.ts'
import { SiteTheme } from './site-theme.ts'
import { addSourcePages } from './sources.ts'

/** What the pages of a site are made with. */
export interface SiteOptions {
  /** The root of the repository. */
  readonly root: string
  /** The folder that the site is written to; what stood there goes. */
  readonly out: string
  /** The AsyncAPI page as HTML. */
  readonly asyncApi: string
}

/** What came of writing. */
export interface WrittenSite {
  readonly pages: number
  readonly fine: boolean
}

/**
 * Writes all pages with TypeDoc.
 *
 * @returns how many pages there are, and whether TypeDoc had nothing to warn of; it prints what it had.
 */
export async function writeSite({ root, out, asyncApi }: SiteOptions): Promise<WrittenSite> {
  const app = await Application.bootstrapWithPlugins(
    {
      out,
      customFooterHtml: footer(root),
      customFooterHtmlDisableWrapper: true,
      logLevel: 'Warn',
      router: 'site',
      theme: 'site',
      // `npm run check` does that.
      skipErrorChecking: true,
    },
    [new TypeDocReader(), new TSConfigReader()],
  )
  app.renderer.defineRouter('site', SiteRouter)
  app.renderer.defineTheme('site', SiteTheme)
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }: { project: ProjectReflection }) => {
    nameDoors(project)
    nameDocuments(project)
    linkPayloads(project)
  })
  addSearchWords(app.renderer)
  app.renderer.on(MarkdownEvent.PARSE, drawPictures, 100)
  app.renderer.on(MarkdownEvent.PARSE, leavePlain, 100)
  // Out of the panel of running text, whose style is not for it.
  const asyncApiPanel = (): string => `</div><div class="async-api">${asyncApi}`
  let pages = 0
  app.renderer.on(PageEvent.END, (page) => {
    pages += 1
    page.contents = finishPage(page.contents!, page.url).replace(asyncApiPlace, asyncApiPanel)
  })
  const project = await app.convert()
  if (project === undefined) throw new Error('The sources do not compile')
  addSourcePages(project, root)
  app.validate(project)
  listDoors(project)
  await app.generateOutputs(project)
  return { pages, fine: !app.logger.hasErrors() && !app.logger.hasWarnings() }
}

/** A door is called what it is imported by: `tradewire/legacy`, not `legacy`. */
function nameDoors(project: ProjectReflection): void {
  for (const door of project.children ?? []) {
    if (door.name === 'index' || door.name === 'tradewire') door.name = 'tradewire'
    else if (!door.name.startsWith('tradewire/')) door.name = `tradewire/${door.name}`
  }
}

/** The page "API" lists the doors only, for pages have their places in the sidebar. */
function listDoors(project: ProjectReflection): void {
  delete project.categories
  project.groups = project.groups?.filter(({ title }) => title === 'Modules') ?? []
  for (const group of project.groups) delete group.categories
  const text = "A module is imported by its name, as in `import { openLog } from 'tradewire/log'`."
  project.comment = new Comment([{ kind: 'text', text }])
}

/** A document without a title in its front matter, which TypeDoc names after its file, is called what its first heading says. */
function nameDocuments(project: ProjectReflection): void {
  for (const document of project.documents ?? []) {
    const path = project.files.getReflectionPath(document) ?? ''
    if (!path.endsWith(`${document.name}.md`)) continue
    const text = document.content.map((part) => part.text).join('')
    const heading = /^# (.+)$/m.exec(text)?.[1]
    if (heading !== undefined) document.name = heading.replaceAll('`', '')
  }
}

function drawPictures(event: MarkdownEvent): void {
  const page = event.page.url.replace(/\.html$/, '').replaceAll(/[^a-z0-9]+/gi, '-')
  event.parsedText = withPictures(event.parsedText, page)
}

/** A block of code that names no language is no TypeScript, which TypeDoc would take it for. */
function leavePlain(event: MarkdownEvent): void {
  const block = /^(`{3,})([^\n]*)\n([\s\S]*?)^\1$/gm
  event.parsedText = event.parsedText.replaceAll(
    block,
    (all, fence: string, language: string, text: string) =>
      language === '' ? `${fence}text\n${text}${fence}` : all,
  )
}

function footer(root: string): string {
  const { version, license } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
    version: string
    license: string
  }
  return `<p>tradewire ${version} · ${license} license</p>`
}
