// npm run rotate-keys: publishes a new signing key now, instead of when the schedule says so; the answer to a leaked key.
import { runCommand, UsageError } from '@mobile-api-gateway/sdk/command-line.ts'
import type { KnownSecrets } from '../crypto/secrets.ts'
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from '../crypto/signing-algorithms.ts'
import type { Db } from '../store/database.ts'
import {
  PUBLISH_LEAD_SECONDS,
  RELOAD_EVERY_SECONDS,
  replaceLeakedKeys,
  rotateKeys,
  rotateKeysNow,
  SHORTEST_LEAD_SECONDS,
} from '../tokens/signing-keys.ts'
import { readKeyEncryptionKeys, requireSettings } from './command-settings.ts'
import { withDatabase } from './database-command.ts'

const USAGE = `Usage: npm run rotate-keys -- [--alg ${SIGNING_ALGORITHMS.join('|')}]… [--now | --leaked]

Publishes a new signing key, which signs in ${PUBLISH_LEAD_SECONDS / 60} minutes. The old key stays published until the last token
that it signed has expired.

  --alg     only this algorithm; every one without it
  --now     sign with the new key in ${SHORTEST_LEAD_SECONDS} seconds, when each instance publishes it; also with one that is on its way already
  --leaked  sign with a new key at once, and delete every other key of the algorithm: who has the old one can sign
            nothing that counts, all access tokens so far end, and apps get new ones by refreshing
  --help    this text

Needs DATABASE_URL and KEY_ENCRYPTION_KEY, the ones that the auth server runs with; beside a running npm start they are
known. In containers:
  docker compose exec auth-server node auth-server/src/commands/rotate-keys.ts --leaked
`

/** Changes the keys; what to say of it. */
type Rotate = (db: Db, secrets: KnownSecrets, algorithms: readonly SigningAlgorithm[]) => Promise<readonly string[]>

function list(names: readonly string[]): string {
  return names.join(', ')
}

const bySchedule: Rotate = async (db, secrets, algorithms) => {
  const minutes = PUBLISH_LEAD_SECONDS / 60
  const published = await rotateKeys(db, secrets, {
    algorithms,
    maxAgeSeconds: 0,
    leadSeconds: PUBLISH_LEAD_SECONDS,
    why: 'asked-for',
  })
  const waiting = algorithms.filter((alg) => !published.includes(alg))
  return [
    ...(published.length > 0 ? [`Published a new key for ${list(published)}; it signs in ${minutes} minutes.`] : []),
    ...(waiting.length > 0
      ? [
          `A new key for ${list(waiting)} is on its way already, so none was made; with --now it signs in ${SHORTEST_LEAD_SECONDS} seconds.`,
        ]
      : []),
  ]
}

const now: Rotate = async (db, secrets, algorithms) => {
  const { published, hastened, unchanged } = await rotateKeysNow(db, secrets, algorithms)
  const soon = `${SHORTEST_LEAD_SECONDS} seconds`
  return [
    ...(published.length > 0 ? [`Published a new key for ${list(published)}; it signs in ${soon}.`] : []),
    ...(hastened.length > 0
      ? [`The new key for ${list(hastened)} that was on its way already signs in ${soon} now, instead of later.`]
      : []),
    ...(unchanged.length > 0
      ? [`The new key for ${list(unchanged)} signs within ${soon} already; nothing to do.`]
      : []),
  ]
}

/** Leaves no key but new ones. */
const withdraw: Rotate = async (db, secrets, algorithms) => {
  const withdrawn = await replaceLeakedKeys(db, secrets, algorithms)
  return [
    `Published a new key for ${list(algorithms)}; it signs as soon as an instance has read it (${RELOAD_EVERY_SECONDS} s).`,
    `Withdrew every other one: ${list(withdrawn) || 'there was none'}.`,
    'A gateway refuses their tokens once it has the new keys: with the first token of a new one, else by schedule, every 5 minutes.',
  ]
}

const OPTIONS = {
  alg: { type: 'string', multiple: true },
  now: { type: 'boolean', default: false },
  leaked: { type: 'boolean', default: false },
} as const

await runCommand({ usage: USAGE, options: OPTIONS }, async ({ values }) => {
  const unknown = (values.alg ?? []).filter((alg) => !SIGNING_ALGORITHMS.some((known) => known === alg))
  if (unknown.length > 0) throw new UsageError(`--alg is ${SIGNING_ALGORITHMS.join(' or ')}, not ${list(unknown)}.`)
  if (values.now && values.leaked) throw new UsageError('Choose --now or --leaked, not both.')
  const setting = requireSettings('DATABASE_URL', 'KEY_ENCRYPTION_KEY')
  const algorithms = SIGNING_ALGORITHMS.filter((alg) => values.alg?.includes(alg) ?? true)
  const rotate = values.leaked ? withdraw : values.now ? now : bySchedule
  for (const line of await withDatabase(setting('DATABASE_URL'), (db) =>
    rotate(db, readKeyEncryptionKeys(setting), algorithms),
  ))
    console.log(line)
  return 0
})
