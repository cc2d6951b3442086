// npm run audit: whether the audit log is as it was written, as a file, and whom something has touched.
import { runCommand, UsageError } from '@mobile-api-gateway/sdk/command-line.ts'
import { headText } from '../audit/head.ts'
import { readHead } from '../store/queries/sealed-events.ts'
import { KINDS, runAffected } from './audit/affected.ts'
import { runExport } from './audit/export.ts'
import { runVerify } from './audit/verify.ts'
import { requireSettings } from './command-settings.ts'
import { withDatabase } from './database-command.ts'

const USAGE = `Usage: npm run audit -- verify [--file FILE] [--head HEAD]…
       npm run audit -- export [--into FILE] [--after POSITION] [--with-details]
       npm run audit -- head
       npm run audit -- affected --from MOMENT --to MOMENT [--application CLIENT] [--key KID] [--client-ip ADDRESS]
                        [--json | --csv KIND] [--into FILE]

Says whether the audit log is as it was written: each event is sealed by a hash over it and the one before. verify names
the first event that does not fit, with exit code 1. affected says after a breach which people, logins, applications,
signing keys and addresses had to do with the server between two moments (2026-11-20T13:00:00Z).

  --file          verifies an exported file instead, without a database
  --head          a head that was noted elsewhere, as head, export and the server's log tell it: the chain has to lead
                  there. Without one, newest events that were cut off together with their seals are not missed
  --into          the file to write, which must not be there yet; the terminal without it
  --after         exports what comes after this position alone
  --with-details  exports addresses and user agents, too: an erasure does not reach them there
  --application   only what this app had to do with it: its client ID, or its id where it was removed
  --key           only while this signing key signed, and what it could sign
  --client-ip     only what came from this address, or range of addresses
  --json          everything, an object a line (NDJSON)
  --csv           a table of one KIND: ${KINDS.join(', ')}
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
  from: { type: 'string' },
  to: { type: 'string' },
  application: { type: 'string' },
  key: { type: 'string' },
  'client-ip': { type: 'string' },
  json: { type: 'boolean' },
  csv: { type: 'string' },
} as const

/** The options of each action; any other is a mistake. */
const TAKES: Readonly<Record<string, readonly string[]>> = {
  verify: ['file', 'head'],
  export: ['into', 'after', 'with-details'],
  head: [],
  affected: ['from', 'to', 'application', 'key', 'client-ip', 'json', 'csv', 'into'],
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
  if (action === 'affected') return runAffected(values, url)
  console.log(headText(await withDatabase(url(), readHead)))
  return 0
})
