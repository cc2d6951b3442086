// npm run docs: writes the parts of the documentation that are made from the code; with --check it only says which are stale.
import { join } from 'node:path'
import { SETTINGS } from '@mobile-api-gateway/auth-server/config/settings.ts'
import { KINDS } from '@mobile-api-gateway/auth-server/identity/federation/index.ts'
import { LIMITS } from '@mobile-api-gateway/auth-server/limits/table.ts'
import { TABLES } from '@mobile-api-gateway/auth-server/store/tables/index.ts'
import { PLUGINS } from '@mobile-api-gateway/kong-plugins/plugins.ts'
import { runCommand } from '@mobile-api-gateway/sdk/command-line.ts'
import { catalogueFields } from './docs/catalogue-fields.ts'
import { configurationReference } from './docs/configuration.ts'
import { dataPage } from './docs/data.ts'
import { staleFiles, writeStaleFiles } from './docs/generated-files.ts'
import { licencesPage, readLock } from './docs/licences.ts'
import { limitsPage } from './docs/limits.ts'
import { pluginFields } from './docs/plugin-fields.ts'
import { providerKinds } from './docs/provider-kinds.ts'

const root = join(import.meta.dirname, '..')

/** A new generated document is a row here. */
const DOCUMENTS: ReadonlyMap<string, string> = new Map([
  ['auth-server/docs/catalogue-fields.md', catalogueFields()],
  ['auth-server/docs/configuration.md', configurationReference(SETTINGS)],
  ['auth-server/docs/data.md', dataPage(TABLES)],
  ['auth-server/docs/licences.md', licencesPage(readLock(root))],
  ['auth-server/docs/limits.md', limitsPage(LIMITS)],
  ['auth-server/docs/provider-kinds.md', providerKinds(KINDS)],
  ['kong-plugins/docs/fields.md', pluginFields(PLUGINS)],
])

const USAGE = `Usage: npm run docs -- [--check]

Writes the references that are made from the code: ${[...DOCUMENTS.keys()].join(', ')}.

  --check  write nothing, only say which files are stale
  --help   this text
`

await runCommand({ usage: USAGE, options: { check: { type: 'boolean', default: false } } }, ({ values }) => {
  if (!values.check) {
    console.log(`documents: ${writeStaleFiles(root, DOCUMENTS).length} of ${DOCUMENTS.size} written`)
    return 0
  }
  const stale = staleFiles(root, DOCUMENTS)
  for (const file of stale) console.error(`${file} is stale: npm run docs`)
  console.log(`documents made from the code: ${DOCUMENTS.size} checked, ${stale.length} stale`)
  return stale.length > 0 ? 1 : 0
})
