// npm run rotate-keys: publishes a new signing key now, instead of when the schedule says so.
import { parseArgs } from 'node:util'
import { SIGNING_ALGORITHMS } from '@mobile-api-gateway/auth-server/crypto/signing-algorithms.ts'
import { openDatabase } from '@mobile-api-gateway/auth-server/store/database.ts'
import { PUBLISH_LEAD_SECONDS, rotateKeys } from '@mobile-api-gateway/auth-server/tokens/signing-keys.ts'

const usage = `Usage: npm run rotate-keys -- [--alg ES256|RS256|EdDSA]… [--now]
  --alg   only this algorithm; every one without it
  --now   sign with the new key at once (a leaked key); otherwise in ${PUBLISH_LEAD_SECONDS / 60} minutes, when everyone has fetched it
Needs DATABASE_URL and KEY_ENCRYPTION_KEY, the ones that the auth server runs with.`

/** Reads the arguments, rotates, and says what happened; the exit code. */
async function main(): Promise<number> {
  const { values } = parseArgs({ options: { alg: { type: 'string', multiple: true }, now: { type: 'boolean' } } })
  const algorithms = SIGNING_ALGORITHMS.filter((alg) => values.alg?.includes(alg) ?? true)
  const { DATABASE_URL, KEY_ENCRYPTION_KEY } = process.env
  if (algorithms.length !== (values.alg?.length ?? SIGNING_ALGORITHMS.length))
    throw new Error('--alg names no algorithm of ours')
  if (!DATABASE_URL || !KEY_ENCRYPTION_KEY) throw new Error('DATABASE_URL or KEY_ENCRYPTION_KEY is missing')
  const db = openDatabase(DATABASE_URL, () => {}, { connections: 1 })
  const leadSeconds = values.now ? 0 : PUBLISH_LEAD_SECONDS
  const rotated = await rotateKeys(db, KEY_ENCRYPTION_KEY, { algorithms, maxAgeSeconds: 0, leadSeconds }).finally(() =>
    db.destroy(),
  )
  console.log(
    rotated.length === 0
      ? 'Nothing to do: a new key is on its way already.'
      : `Published a new key for ${rotated.join(', ')}; it signs ${values.now ? 'as soon as each instance has read it (30 s)' : `in ${leadSeconds / 60} minutes`}.`,
  )
  return 0
}

process.exitCode = await main().catch((error: unknown) => {
  console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`)
  return 1
})
