// npm run rotate-keys: publishes a new signing key now, instead of when the schedule says so; the answer to a leaked key.
import { parseArgs } from 'node:util'
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from '@mobile-api-gateway/auth-server/crypto/signing-algorithms.ts'
import { type Db, openDatabase } from '@mobile-api-gateway/auth-server/store/database.ts'
import {
  PUBLISH_LEAD_SECONDS,
  RELOAD_EVERY_SECONDS,
  replaceLeakedKeys,
  rotateKeys,
  SHORTEST_LEAD_SECONDS,
} from '@mobile-api-gateway/auth-server/tokens/signing-keys.ts'

const usage = `Usage: npm run rotate-keys -- [--alg ES256|RS256|EdDSA]… [--now | --leaked]
  --alg     only this algorithm; every one without it
  --now     sign with the new key in ${SHORTEST_LEAD_SECONDS} seconds, when each instance publishes it; otherwise in ${PUBLISH_LEAD_SECONDS / 60} minutes.
            The old key stays published until the last token that it signed has expired
  --leaked  sign with the new key at once, and delete every other key of the algorithm: who has the old one can sign
            nothing that counts, all access tokens so far end, and apps get new ones by refreshing
Needs DATABASE_URL and KEY_ENCRYPTION_KEY, the ones that the auth server runs with.`

/** Changes the keys; what to say of it. */
type Rotate = (db: Db, secret: string, algorithms: readonly SigningAlgorithm[]) => Promise<string>

/** Adds a key that signs in `leadSeconds`. */
const publish =
  (leadSeconds: number): Rotate =>
  async (db, secret, algorithms) => {
    const rotated = await rotateKeys(db, secret, { algorithms, maxAgeSeconds: 0, leadSeconds })
    if (rotated.length === 0) return 'Nothing to do: a new key is on its way already.'
    const when = leadSeconds < 60 ? `${leadSeconds} seconds` : `${leadSeconds / 60} minutes`
    return `Published a new key for ${rotated.join(', ')}; it signs in ${when}.`
  }

/** Leaves no key but new ones. */
const withdraw: Rotate = async (db, secret, algorithms) => {
  const withdrawn = await replaceLeakedKeys(db, secret, algorithms)
  return `Published a new key for ${algorithms.join(', ')}; it signs as soon as an instance has read it (${RELOAD_EVERY_SECONDS} s).
Withdrew every other one: ${withdrawn.join(', ') || 'there was none'}.
A gateway refuses their tokens once it has the new keys: with the first token of a new one, else by schedule, every 5 minutes.`
}

/** Reads the arguments, rotates, and says what happened; the exit code. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { alg: { type: 'string', multiple: true }, now: { type: 'boolean' }, leaked: { type: 'boolean' } },
  })
  const algorithms = SIGNING_ALGORITHMS.filter((alg) => values.alg?.includes(alg) ?? true)
  const { DATABASE_URL, KEY_ENCRYPTION_KEY } = process.env
  if (algorithms.length !== (values.alg?.length ?? SIGNING_ALGORITHMS.length))
    throw new Error('--alg names no algorithm of ours')
  if (!DATABASE_URL || !KEY_ENCRYPTION_KEY) throw new Error('DATABASE_URL or KEY_ENCRYPTION_KEY is missing')
  const db = openDatabase(DATABASE_URL, () => {}, { connections: 1 })
  const rotate = values.leaked ? withdraw : publish(values.now ? SHORTEST_LEAD_SECONDS : PUBLISH_LEAD_SECONDS)
  console.log(await rotate(db, KEY_ENCRYPTION_KEY, algorithms).finally(() => db.destroy()))
  return 0
}

process.exitCode = await main().catch((error: unknown) => {
  console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`)
  return 1
})
