// Second factors of a test's person: an authenticator app that computes codes as any app does, and recovery codes.
import { sql } from 'kysely'
import { Secret, TOTP } from 'otpauth'
import { randomId } from '../../src/crypto/random.ts'
import { renewRecoveryCodes } from '../../src/identity/second-factors/set-up.ts'
import { sealTotpSecret } from '../../src/identity/second-factors/totp.ts'
import type { Db } from '../../src/store/database.ts'
import type { TestServer } from './server.ts'

export interface AuthenticatorApp {
  readonly id: string
  /** The code that it shows now, by the clock of the database; or so many steps from now. */
  readonly code: (steps?: number) => Promise<string>
}

/** Unix seconds by the clock of the database, which tests turn. */
export async function databaseSeconds(db: Db): Promise<number> {
  const { rows } = await sql<{ now: number }>`select extract(epoch from auth_now())::float8 as now`.execute(db)
  return rows[0]?.now ?? 0
}

/** The app that has this secret, in base32. */
export function authenticatorApp(db: Db, base32: string) {
  const totp = new TOTP({ secret: Secret.fromBase32(base32.replaceAll(' ', '')) })
  return async (steps = 0) => totp.generate({ timestamp: ((await databaseSeconds(db)) + steps * 30) * 1000 })
}

/** Gives a person an app that has been set up long ago. */
export async function addAuthenticatorApp(
  { db, config }: Pick<TestServer, 'db' | 'config'>,
  personId: string,
): Promise<AuthenticatorApp> {
  const id = randomId('authenticator')
  const secret = new Secret({ size: 20 })
  const key = await sealTotpSecret(secret.bytes, config.keyEncryptionKeys, id)
  await db
    .insertInto('authenticators')
    .values({ id, person_id: personId, kind: 'totp', key, confirmed_at: new Date(0) })
    .execute()
  return { id, code: authenticatorApp(db, secret.base32) }
}

/** Gives a person ten recovery codes. */
export function addRecoveryCodes({ db, config }: Pick<TestServer, 'db' | 'config'>, personId: string) {
  return renewRecoveryCodes(db, config.keyEncryptionKeys, personId, async () => {})
}
