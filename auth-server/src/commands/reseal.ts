// npm run reseal: seals anew whatever is sealed with a secret that was replaced, and says when that can be taken away.
import { runCommand, UsageError } from '@mobile-api-gateway/sdk/command-line.ts'
import { SETTINGS } from '../config/settings.ts'
import { readKeyEncryptionKeys, readSetting, requireSettings } from './command-settings.ts'
import { withDatabase } from './database-command.ts'
import { resealColumns, sealKeysOfCodes } from './reseal/columns.ts'
import { resealPasswords } from './reseal/passwords.ts'

const USAGE = `Usage: npm run reseal

Seals anew what the database holds sealed with KEY_ENCRYPTION_KEY_PREVIOUS, and imported passwords sealed with
PASSWORD_PEPPER_PREVIOUS, and says when these can be taken away. Run it when every instance has the new value as
KEY_ENCRYPTION_KEY and the one before as KEY_ENCRYPTION_KEY_PREVIOUS (auth-server/docs/secrets.md). The server goes on
meanwhile. It works in small portions, and can be ended and run again at any time.

  --help  this text

Needs DATABASE_URL and KEY_ENCRYPTION_KEY, those that the auth server runs with, and KEY_ENCRYPTION_KEY_PREVIOUS; for
passwords PASSWORD_PEPPER and PASSWORD_PEPPER_PREVIOUS. In containers:
  docker compose exec auth-server node auth-server/src/commands/reseal.ts
`

await runCommand({ usage: USAGE, options: {} }, async () => {
  const setting = requireSettings('DATABASE_URL', 'KEY_ENCRYPTION_KEY')
  const keys = readKeyEncryptionKeys(setting)
  const previousPepper = readSetting(SETTINGS.previousPasswordPepper, setting)
  const peppers =
    previousPepper === undefined
      ? undefined
      : ([readSetting(SETTINGS.passwordPepper, setting), previousPepper] as const)
  if (keys.length === 1 && !peppers)
    throw new UsageError('Set KEY_ENCRYPTION_KEY_PREVIOUS, PASSWORD_PEPPER_PREVIOUS or both to what was replaced.')
  const lost = await withDatabase(setting('DATABASE_URL'), async (db) => {
    if (peppers) for (const line of await resealPasswords(db, peppers)) console.log(line)
    if (keys.length === 1) return 0
    await sealKeysOfCodes(db, keys)
    const { anew, already, lost } = await resealColumns(db, keys, (table, count) =>
      console.log(`${table}: ${count.anew} sealed anew, ${count.already} were already, ${count.lost} cannot be read`),
    )
    console.log(`In all ${anew} sealed anew; ${already} were already.`)
    return lost
  })
  if (lost > 0) {
    console.error(
      `${lost} were sealed with neither key. If there is a third one, make it KEY_ENCRYPTION_KEY_PREVIOUS and run this again.`,
    )
    return 1
  }
  if (keys.length > 1)
    console.log(
      'Nothing needs KEY_ENCRYPTION_KEY_PREVIOUS any more, if every instance has had the new key since before this began: take it away.',
    )
  return 0
})
