// npm run catalogue: brings the database up to catalogue.yml, or writes what the database holds as such a file.
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { runCommand, UsageError } from '@mobile-api-gateway/sdk/command-line.ts'
import { readTextFile } from '@mobile-api-gateway/sdk/text-file.ts'
import { BY_COMMAND } from '../audit/context.ts'
import { besideFile } from '../catalogue/file/beside.ts'
import { type ExportedCatalogue, exportCatalogue } from '../catalogue/file/export.ts'
import { type ImportOptions, ImportRefused, importCatalogue } from '../catalogue/file/import.ts'
import { formatYamlProblem, readCatalogueFile } from '../catalogue/file/read.ts'
import { reportLines } from '../catalogue/file/report.ts'
import { moveCatalogue, type Origins } from '../config/yaml-origins.ts'
import type { YamlProblem } from '../config/yaml-tree.ts'
import { readIssuer, requireSettings } from './command-settings.ts'
import { withDatabase } from './database-command.ts'

const USAGE = `Usage: npm run catalogue -- import [FILE] [--dry-run] [--prune] [--take-over]
       npm run catalogue -- export [--all] [--into FOLDER]

Brings APIs, applications, subscriptions and groups up to the file, and says what has changed; all of it, or nothing when
something is wrong. Without FILE the one that CATALOGUE_FILE names, or that npm start follows. What a file has brought is
changed in the file alone.

  --dry-run    says what an import would change, and changes nothing
  --prune      removes what an earlier import brought and the file does not name any more
  --take-over  takes over what the file names and the portal manages
  --all        exports also what the portal manages
  --into       writes catalogue.yml into this folder, and beside it the OpenAPI documents that it names
  --help       this text

Needs DATABASE_URL and ISSUER, those that the auth server runs with; beside a running npm start they are known, and
addresses of the file are moved to its ports as it moves them. Secrets that the file names have to be in the environment.
In containers:
  docker compose exec auth-server node auth-server/src/commands/catalogue.ts import
`

const OPTIONS = {
  'dry-run': { type: 'boolean', default: false },
  prune: { type: 'boolean', default: false },
  'take-over': { type: 'boolean', default: false },
  all: { type: 'boolean', default: false },
  into: { type: 'string' },
} as const

await runCommand({ usage: USAGE, options: OPTIONS, allowPositionals: true }, async ({ values, positionals }) => {
  const [action = '', file, ...more] = positionals
  const isImport = action === 'import'
  const isExport = action === 'export' && file === undefined
  const ofImport = values['dry-run'] || values.prune || values['take-over']
  if (
    more.length > 0 ||
    (!isImport && !isExport) ||
    (isImport && (values.all || values.into !== undefined)) ||
    (isExport && ofImport)
  )
    throw new UsageError('Say import [FILE] [--dry-run] [--prune] [--take-over], or export [--all] [--into FOLDER].')
  const setting = requireSettings('DATABASE_URL')
  const issuer = readIssuer(setting)
  if (isExport) {
    const options = { issuer, all: values.all }
    const exported = await withDatabase(setting('DATABASE_URL'), (db) => exportCatalogue(db, options))
    return values.into === undefined ? writeOut(exported) : writeInto(values.into, exported)
  }
  const named = file ?? (process.env.CATALOGUE_FILE || setting('CATALOGUE_SOURCE'))
  if (named === '') throw new UsageError('Name the file, or set CATALOGUE_FILE.')
  const options = {
    issuer,
    context: BY_COMMAND,
    dryRun: values['dry-run'],
    prune: values.prune,
    takeOver: values['take-over'],
  }
  const path = file ?? (relative(process.cwd(), named) || named)
  return importFile({ path, origins: readOrigins(setting('CATALOGUE_ORIGINS')) }, options, setting('DATABASE_URL'))
})

function writeOut({ text, documents }: ExportedCatalogue): number {
  process.stdout.write(text)
  if (documents.length > 0)
    console.error(`It names ${documents.map(({ path }) => path).join(', ')}: --into FOLDER writes these, too.`)
  return 0
}

async function writeInto(folder: string, { text, documents }: ExportedCatalogue): Promise<number> {
  for (const file of [{ path: 'catalogue.yml', text }, ...documents]) {
    const path = join(folder, file.path)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, file.text)
    console.log(path)
  }
  return 0
}

/** Where npm start has put what the file says of this machine; nothing elsewhere. */
function readOrigins(text: string): Origins {
  const value: unknown = text === '' ? {} : JSON.parse(text)
  return Object.fromEntries(
    Object.entries(value ?? {}).flatMap(([from, to]) => (typeof to === 'string' ? [[from, to]] : [])),
  )
}

interface NamedFile {
  readonly path: string
  readonly origins: Origins
}

async function importFile({ path, origins }: NamedFile, options: ImportOptions, databaseUrl: string): Promise<number> {
  const text = await readTextFile(resolve(path)).catch((error: Error) => {
    throw new UsageError(error.message)
  })
  const refused = (problems: readonly YamlProblem[]) => {
    for (const problem of problems) console.error(formatYamlProblem(path, problem))
    console.error('Nothing has changed.')
    return 1
  }
  const catalogue = await readCatalogueFile(moveCatalogue(text, origins), process.env, besideFile(path, origins))
  if (!('apis' in catalogue)) return refused(catalogue)
  try {
    const report = await withDatabase(databaseUrl, (db) => importCatalogue(db, catalogue, options))
    console.log([`${path}:`, ...reportLines(report, options)].join('\n'))
    return 0
  } catch (error) {
    if (error instanceof ImportRefused) return refused(error.problems)
    throw error
  }
}
