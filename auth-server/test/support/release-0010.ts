// A database as the release before people left it: rows in the words of that release, not by functions of today's.
import { sql } from 'kysely'
import type { Test } from 'tap'
import { sha256 } from '../../src/crypto/digest.ts'
import { hashPassword } from '../../src/crypto/password.ts'
import { randomSecret } from '../../src/crypto/random.ts'
import { newRefreshToken } from '../../src/tokens/refresh-token.ts'
import { SESSION_COOKIE, visitCookie } from './browser.ts'
import { databaseOfRelease } from './database.ts'
import { pkcePair } from './phone.ts'

/** Its application, in the parameters of a request. */
export const OLD_CLIENT = { client_id: 'old-app', redirect_uri: 'com.example.old:/callback' }
export const OLD_PASSWORD = 'a passphrase of the year before'

/** What a person of that release holds in their hands: cookies, a code, a refresh token. */
export interface OldPerson {
  readonly id: string
  readonly email: string
  readonly sessionId: string
  readonly sessionToken: string
  readonly code: string
  readonly verifier: string
  readonly familyId: string
  readonly refreshToken: string
}

/** What was true of a visit, in that release's columns. */
export interface OldVisit {
  readonly sessionId?: string
  readonly signIn?: string
  readonly loginAgain?: boolean
  readonly personConfirmed?: boolean
  readonly scopesConfirmed?: boolean
  readonly denied?: boolean
  readonly request?: Readonly<Record<string, unknown>>
}

/** Opens such a database, with an application whose people have to consent; the secrets are those of its server. */
export async function release0010(t: Test) {
  const db = await databaseOfRelease(t, '0010_schema_floor')
  const secrets = {
    PASSWORD_PEPPER: randomSecret(),
    TOKEN_SECRET: randomSecret(),
    COOKIE_SECRET: randomSecret(),
    KEY_ENCRYPTION_KEY: randomSecret(),
  }
  const passwordHash = await hashPassword(secrets.PASSWORD_PEPPER, OLD_PASSWORD)
  await sql`insert into apis (id, name, resource) values ('old-api', 'Old', 'https://old.example.com')`.execute(db)
  await sql`insert into api_scopes values ('old-api', 'read', 'Read'), ('old-api', 'write', 'Write')`.execute(db)
  await sql`insert into plans (name) values ('old')`.execute(db)
  await sql`insert into api_plans values ('old-api', 'old')`.execute(db)
  await sql`insert into applications (id, client_id, name, kind, redirect_uris, backchannel_logout_uri)
    values ('app_old', ${OLD_CLIENT.client_id}, 'Old App', 'native', ${[OLD_CLIENT.redirect_uri]}, 'https://old.example.com/logout')`.execute(
    db,
  )
  await sql`insert into subscriptions (id, application_id, api_id, plan, scopes, status)
    values ('sub_old', 'app_old', 'old-api', 'old', '{read,write}', 'approved')`.execute(db)

  /** Somebody who has signed in, allowed `read`, and has both an app in use and a code that is on its way to it. */
  const addPerson = async (
    name: string,
    { email = `${name}@example.com`, emailVerified = false } = {},
  ): Promise<OldPerson> => {
    const id = `usr_${name}`
    const [sessionId, sessionToken, code] = [randomSecret(16), randomSecret(), randomSecret()]
    const { verifier, challenge } = pkcePair()
    const familyId = `grant_${randomSecret(16)}`
    const token = newRefreshToken([secrets.TOKEN_SECRET], familyId, 1)
    await sql`insert into users (id, email, email_key, password_hash, email_verified)
      values (${id}, ${email}, ${email.toLowerCase()}, ${passwordHash}, ${emailVerified})`.execute(db)
    await sql`insert into sessions (token_hash, id, user_id, auth_epoch, acr, expires_at)
      values (${sha256(sessionToken)}, ${sessionId}, ${id}, 1, 'acr', now() + interval '1 day')`.execute(db)
    await sql`insert into consents (user_id, application_id, api_id, scopes)
      values (${id}, 'app_old', 'old-api', '{read,openid,email}')`.execute(db)
    await sql`insert into refresh_families (id, user_id, auth_epoch, application_id, api_id, session_id, scopes, acr,
        auth_time, generation, current_hash, idle_expires_at, expires_at)
      values (${familyId}, ${id}, 1, 'app_old', 'old-api', ${sessionId}, '{read,openid,email}', 'acr', now(), 1,
        ${token.hash}, now() + interval '1 day', now() + interval '1 day')`.execute(db)
    await sql`insert into authorization_codes (code_hash, application_id, api_id, user_id, auth_epoch, session_id, acr,
        auth_time, redirect_uri, code_challenge, scopes, expires_at)
      values (${sha256(code)}, 'app_old', 'old-api', ${id}, 1, ${sessionId}, 'acr', now(), ${OLD_CLIENT.redirect_uri},
        ${challenge}, '{read}', now() + interval '1 hour')`.execute(db)
    return { id, email, sessionId, sessionToken, code, verifier, familyId, refreshToken: token.text }
  }

  /** A visit that is under way; returns its id and its browser's cookies. */
  const addVisit = async (
    visit: OldVisit,
    person?: OldPerson,
  ): Promise<Readonly<{ id: string; cookies: OldCookies }>> => {
    const [id, secret] = [randomSecret(16), randomSecret()]
    const { challenge } = pkcePair()
    const request = {
      redirectUri: OLD_CLIENT.redirect_uri,
      state: 's',
      scopes: ['read'],
      codeChallenge: challenge,
      prompts: [],
    }
    await sql`insert into authorization_requests (id, browser_hash, application_id, api_id, request, session_id, sign_in,
        login_again, person_confirmed, scopes_confirmed, denied, expires_at)
      values (${id}, ${sha256(secret)}, 'app_old', 'old-api', ${JSON.stringify({ ...request, ...visit.request })}::jsonb,
        ${visit.sessionId ?? null}, ${visit.signIn ?? null}, ${visit.loginAgain ?? false},
        ${visit.personConfirmed ?? false}, ${visit.scopesConfirmed ?? false}, ${visit.denied ?? false},
        now() + interval '1 hour')`.execute(db)
    // That release noted a yes on the visit in the statement that kept it.
    if (visit.scopesConfirmed && person)
      await sql`insert into consents (user_id, application_id, api_id, scopes)
        select user_id, 'app_old', 'old-api', array(select jsonb_array_elements_text(request->'scopes'))
        from authorization_requests, (select ${person.id}::text as user_id) person where id = ${id}
        on conflict (user_id, application_id, api_id) do update set scopes = excluded.scopes`.execute(db)
    const begun = String(Math.floor(Date.now() / 1000))
    const cookies: OldCookies = [
      [visitCookie(id), `${begun}.${secret}`],
      ...(person ? ([[SESSION_COOKIE, person.sessionToken]] as const) : []),
    ]
    return { id, cookies }
  }

  const addNotice = (person: OldPerson) =>
    sql`insert into logout_notices (id, application_id, user_id, session_id, expires_at)
      values ('notice', 'app_old', ${person.id}, ${person.sessionId}, now() + interval '1 day')`.execute(db)

  return { db, secrets, addPerson, addVisit, addNotice }
}

type OldCookies = readonly (readonly [name: string, value: string])[]
