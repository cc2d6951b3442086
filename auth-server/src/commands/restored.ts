// npm run restored: what has to be done to a database that comes from a backup, before the server uses it.
import { runCommand, UsageError } from '@mobile-api-gateway/sdk/command-line.ts'
import { erasedIn } from '../audit/exported-chain.ts'
import { readKeyEncryptionKeys, requireSettings } from './command-settings.ts'
import { withDatabase } from './database-command.ts'
import { linesOf } from './lines-of.ts'
import { settleAfterRestore } from './restored/settle.ts'

const USAGE = `Usage: npm run restored -- --audit FILE… | --without-deletions

For a database that was restored from a backup, before the server uses it. Ends every login and withdraws the keys of all
access tokens, because what has ended since the backup would count again; takes back links and codes of mails; and erases
whoever was erased since the backup. It can be run again.

  --audit              an export of the audit log from after the backup (npm run audit -- export), which names who was
                       erased; several, where each goes on from the one before
  --without-deletions  nobody was erased since, or nobody knows who
  --help               this text

Needs DATABASE_URL, that of the restored database, and KEY_ENCRYPTION_KEY, the one of the backup's time or since. In containers:
  docker compose run --rm auth-server node auth-server/src/commands/restored.ts --audit audit.ndjson
`

const OPTIONS = {
  audit: { type: 'string', multiple: true },
  'without-deletions': { type: 'boolean', default: false },
} as const

async function* erasedInAll(files: readonly string[]): AsyncGenerator<string> {
  for (const file of files) yield* erasedIn(linesOf(file))
}

await runCommand({ usage: USAGE, options: OPTIONS }, async ({ values }) => {
  const { audit = [], 'without-deletions': without } = values
  if (audit.length === 0 && !without)
    throw new UsageError('Say who was erased since the backup: --audit FILE. Or --without-deletions, if nobody was.')
  if (audit.length > 0 && without) throw new UsageError('Choose --audit or --without-deletions, not both.')
  // Before anything is changed: a file that cannot be read is a mistake.
  for await (const _each of erasedInAll(audit));
  const setting = requireSettings('DATABASE_URL', 'KEY_ENCRYPTION_KEY')
  const secrets = readKeyEncryptionKeys(setting)
  const { logins, sessions, erased } = await withDatabase(setting('DATABASE_URL'), (db) =>
    settleAfterRestore(db, secrets, erasedInAll(audit)),
  )
  console.log(`Ended logins: ${logins}, browser sessions: ${sessions}. Erased again: ${erased}.`)
  console.log('Published new signing keys and withdrew the others. The server can be started.')
  return 0
})
