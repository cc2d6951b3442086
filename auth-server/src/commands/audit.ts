// npm run audit: whether the audit log is as it was written, as a file, and whom something has touched.
import { runCommand, UsageError } from '@mobile-api-gateway/sdk/command-line.ts'
import { headText } from '../audit/head.ts'
import { readHead } from '../store/queries/sealed-events.ts'
import { runExport } from './audit/export.ts'
import { runVerify } from './audit/verify.ts'
import { requireSettings } from './command-settings.ts'
import { withDatabase } from './database-command.ts'

const USAGE = `Usage: npm run audit -- verify [--file FILE] [--head HEAD]…
       npm run audit -- export [--into FILE] [--after POSITION] [--with-details]
       npm run audit -- head

Says whether the audit log is as it was written: each event is sealed by a hash over it and the one before. verify names
the first event that does not fit, with exit code 1.

  --file          verifies an exported file instead, without a database
  --head          a head that was noted elsewhere, as head, export and the server's log tell it: the chain has to lead
                  there. Without one, newest events that were cut off together with their seals are not missed
  --into          the file for the export (NDJSON), which must not be there yet; the terminal without it
  --after         exports what comes after this position alone
  --with-details  exports addresses and user agents, too: an erasure does not reach them there
  --help          this text

Needs DATABASE_URL, the one that the auth server runs with; beside a running npm start it is known. In containers:
  docker compose exec auth-server node auth-server/src/commands/audit.ts verify
`

const OPTIONS = {
  file: { type: 'string' },
  head: { type: 'string', multiple: true },
  into: { type: 'string' },
  after: { type: 'string' },
  'with-details': { type: 'boolean' },
} as const

/** The options of each action; any other is a mistake. */
const TAKES: Readonly<Record<string, readonly string[]>> = {
  verify: ['file', 'head'],
  export: ['into', 'after', 'with-details'],
  head: [],
}

await runCommand({ usage: USAGE, options: OPTIONS, allowPositionals: true }, async ({ values, positionals }) => {
  const [action = '', ...more] = positionals
  const takes = TAKES[action]
  if (!takes || more.length > 0) throw new UsageError(`Say ${Object.keys(TAKES).join(', ')}.`)
  const stranger = Object.keys(values).find((name) => name !== 'help' && !takes.includes(name))
  if (stranger !== undefined) throw new UsageError(`${action} takes no --${stranger}.`)
  const url = () => requireSettings('DATABASE_URL')('DATABASE_URL')
  if (action === 'verify') return runVerify(values, url)
  if (action === 'export') return runExport(values, url())
  console.log(headText(await withDatabase(url(), readHead)))
  return 0
})
