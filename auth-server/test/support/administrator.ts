// An administrator with two factors and a session that ends with the browser; each of it can be left out.
import { WITHOUT_REQUEST } from '../../src/audit/context.ts'
import { sha256 } from '../../src/crypto/digest.ts'
import { randomSecret } from '../../src/crypto/random.ts'
import { MFA_ACR, PASSWORD_ACR } from '../../src/identity/acr.ts'
import { createAccount } from '../../src/identity/local-account.ts'
import { Actor } from '../../src/identity/roles.ts'
import { insertRole } from '../../src/store/tables/person-roles.ts'
import { findSession, type Session } from '../../src/store/tables/sessions.ts'
import type { TestServer } from './server.ts'

interface Served extends Pick<TestServer, 'db'> {
  readonly config: Pick<TestServer['config'], 'passwordPepper'>
}

/** Of everybody made here. */
export const PASSWORD = 'a long enough passphrase'

/** Another account. */
export async function newPerson({ db, config }: Served, email: string, name?: string): Promise<string> {
  const id = await createAccount(db, config.passwordPepper, {
    email,
    password: PASSWORD,
    ...(name !== undefined && { name }),
  })
  if (id === undefined) throw new Error(`${email} is taken`)
  return id
}

/** A session of somebody, as strong as an administrator's has to be unless told. */
export async function openSessionOf(
  { db }: Pick<Served, 'db'>,
  personId: string,
  { acr = MFA_ACR, endsWithBrowser = true }: Readonly<{ acr?: string; endsWithBrowser?: boolean }> = {},
): Promise<Session> {
  const hash = sha256(randomSecret())
  const { auth_epoch } = await db
    .selectFrom('people')
    .where('id', '=', personId)
    .select('auth_epoch')
    .executeTakeFirstOrThrow()
  const row = {
    token_hash: hash,
    id: randomSecret(16),
    person_id: personId,
    auth_epoch,
    acr,
    amr: acr === PASSWORD_ACR ? ['pwd'] : ['pwd', 'otp', 'mfa'],
  }
  const expires_at = new Date(Date.now() + 3600_000)
  await db
    .insertInto('sessions')
    .values({ ...row, expires_at, ends_with_browser: endsWithBrowser })
    .execute()
  const session = await findSession(db, [hash])
  if (!session) throw new Error('there is no session')
  return session
}

/** A proven administrator. */
export async function administrator(server: Served, email = 'root@example.com'): Promise<Actor<'administrator'>> {
  const { db } = server
  const personId = await newPerson(server, email)
  await db.transaction().execute((trx) => insertRole(trx, { personId, role: 'administrator', apiId: null }))
  const session = await openSessionOf(server, personId)
  const context = { ...WITHOUT_REQUEST, requestId: `request of ${email}` }
  const actor = await Actor.prove(db, session, { role: 'administrator' }, context)
  if (typeof actor === 'string') throw new Error(actor)
  return actor
}
