// npm run hooks: what hooks have not taken in three days, and having it sent again.
import { runCommand, UsageError } from '@mobile-api-gateway/sdk/command-line.ts'
import type { Db } from '../store/database.ts'
import { forgetHook } from '../store/tables/hook-subscriptions.ts'
import { countDeadHooks, type DeadHook, listDeadHooks, reviveHooks } from '../store/tables/outbox.ts'
import { requireSettings } from './command-settings.ts'
import { withDatabase } from './database-command.ts'

const SHOWN = 200

const USAGE = `Usage: npm run hooks -- dead
       npm run hooks -- again ID
       npm run hooks -- again HOOK
       npm run hooks -- forget HOOK

Lists the calls of hooks that did not arrive within three days, the last ${SHOWN} of them, or has the server send one of
them again, or all of one hook. They are sent under the same webhook-id; whoever has acted on one before can tell.

forget ends a hook that you have taken out of the catalogue file of every server, with all that waits for it.

  --help  this text

Needs DATABASE_URL, the one that the auth server runs with; beside a running npm start it is known.
`

await runCommand({ usage: USAGE, options: {}, allowPositionals: true }, async ({ positionals }) => {
  const [action = '', which, ...more] = positionals
  const url = () => requireSettings('DATABASE_URL')('DATABASE_URL')
  if (action === 'dead' && which === undefined) console.log(await withDatabase(url(), tellDead))
  else if (action === 'again' && which !== undefined && more.length === 0) {
    // Ids have a dot in them, and names have none.
    const those = which.includes('.') ? { id: which } : { hook: which }
    const count = await withDatabase(url(), (db) => reviveHooks(db, those))
    console.log(count === 0 ? `No dead call is called so: ${which}.` : `Sending again: ${count}.`)
    return count === 0 ? 1 : 0
  } else if (action === 'forget' && which !== undefined && more.length === 0) {
    const isGone = await withDatabase(url(), (db) => forgetHook(db, which))
    console.log(isGone ? `Forgotten: ${which}.` : `No hook is called so: ${which}.`)
    return isGone ? 0 : 1
  } else throw new UsageError('Say dead, again ID, again HOOK or forget HOOK.')
  return 0
})

async function tellDead(db: Db): Promise<string> {
  const dead = await listDeadHooks(db, SHOWN)
  if (dead.length === 0) return 'Every call of a hook has arrived, or is still tried.'
  const count = await countDeadHooks(db)
  return [...dead.map(line), ...(count > dead.length ? [`… and ${count - dead.length} more`] : [])].join('\n')
}

function line({ id, hook, event, at, attempts, personId, applicationId, apiId }: DeadHook): string {
  const about = [personId, applicationId, apiId].filter((one) => one !== null)
  return [id, hook, event, at, `${attempts} attempts`, ...about].join('\t')
}
