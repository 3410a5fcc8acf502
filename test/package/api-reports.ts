// The public surface of each door as a text in docs/api, so that a change of it shows in a diff. Without
// arguments it compares what is built in dist with those texts; with `--accept` it writes them.
import {
  CompilerState,
  Extractor,
  ExtractorConfig,
  ExtractorLogLevel,
} from '@microsoft/api-extractor'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { doors, root } from './doors.ts'

const accepts = process.argv.includes('--accept')
const temporary = mkdtempSync(join(tmpdir(), 'tradewire-api-'))
const reports = join(root, 'docs/api')
mkdirSync(reports, { recursive: true })

const none = { default: { logLevel: ExtractorLogLevel.None } }
const entries = doors.map(({ file }) => join(root, `dist/${file}.d.ts`))

try {
  const configs = doors.map(({ file }) => configOf(file))
  // One program for all doors: they share most of their files.
  const compilerState = CompilerState.create(configs[0]!, { additionalEntryPoints: entries })
  const changed = configs.filter((config) => isChanged(config, compilerState))
  if (changed.length > 0 && !accepts) {
    const names = changed.map(({ reportFilePath }) => `docs/api/${reportFilePath.split('/').pop()}`)
    console.error(
      `The public surface is not what ${names.join(', ')} ${names.length === 1 ? 'says' : 'say'}. ` +
        'If that is meant, run `npm run api` and commit the result.',
    )
    process.exitCode = 1
  }
} finally {
  rmSync(temporary, { recursive: true })
}

function isChanged(config: ExtractorConfig, compilerState: CompilerState): boolean {
  const { apiReportChanged } = Extractor.invoke(config, {
    compilerState,
    localBuild: accepts,
    printApiReportDiff: true,
    messageCallback: (message) => {
      message.handled = true
      const { logLevel, messageId, text } = message
      // The difference itself is news; that there is one is told above, and all else is progress.
      if (messageId === 'console-api-report-diff' && !accepts) console.error(text)
      if (logLevel === ExtractorLogLevel.Error && messageId !== 'console-api-report-diff')
        console.error(text)
    },
  })
  return apiReportChanged
}

function configOf(file: string): ExtractorConfig {
  return ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(root, 'package.json'),
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: join(root, `dist/${file}.d.ts`),
      newlineKind: 'lf',
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: 'ES2024',
            lib: ['ES2024', 'ESNext.Disposable', 'DOM'],
            module: 'nodenext',
            types: ['node'],
            strict: true,
            skipLibCheck: true,
          },
          files: entries,
        },
      },
      apiReport: {
        enabled: true,
        reportFileName: `${file}.api.md`,
        reportFolder: reports,
        reportTempFolder: temporary,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
        // Forgotten exports and missing comments are the business of typedoc.
        extractorMessageReporting: none,
        tsdocMessageReporting: none,
      },
    },
  })
}
