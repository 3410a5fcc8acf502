import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { asyncApiPage, asyncApiStyle } from './async-api-page.ts'
import { writeGeneratedDocuments } from './generated-documents.ts'
import { asText, asyncApiDocument, eventSchemas } from './catalog-files.ts'
import { writeSite } from './site.ts'

// npm run docs -- --out <folder>: the whole site. Without --out into docs/site.

const root = fileURLToPath(new URL('../../', import.meta.url))
const { values } = parseArgs({ options: { out: { type: 'string', default: 'docs/site' } } })
const out = resolve(root, values.out)
process.chdir(root)

const events = writeGeneratedDocuments(join(root, 'docs/generated'))
console.log(`${events} event pages written`)
const asyncApi = asyncApiDocument()
const asyncApiHtml = await asyncApiPage(asyncApi)
console.log('AsyncAPI document valid and drawn')
const { pages, fine } = await writeSite({ root, out, asyncApi: asyncApiHtml })
console.log(`${pages} pages written`)

copyFileSync(asyncApiStyle, join(out, 'assets/asyncapi.css'))
writeFileSync(join(out, 'asyncapi.json'), asText(asyncApi))
mkdirSync(join(out, 'schemas'))
for (const [file, text] of eventSchemas()) {
  writeFileSync(join(out, 'schemas', file), text)
  // What TypeDoc has copied, for it saw a link; pages link to the other.
  rmSync(join(out, 'media', file), { force: true })
}
if (fine) {
  console.log(`Open ${join(out, 'index.html')}`)
} else {
  console.error('Not finished: mend what TypeDoc warns of above')
  process.exitCode = 1
}
