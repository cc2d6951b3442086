// A person at their own account, as tests need them: signed in, with something for each page to show, and every route that there is.
import { accountRoutes } from '../../src/account/index.ts'
import type { AccountNeed } from '../../src/account/route.ts'
import { addressIds } from '../../src/account/security/addresses/routes.ts'
import { identityIds } from '../../src/account/security/linked/routes.ts'
import { thingIds } from '../../src/account/security/set-aside/routes.ts'
import { mailToken } from '../../src/crypto/mail-proof.ts'
import { FormBinding } from '../../src/http/csrf.ts'
import { createAccount } from '../../src/identity/local-account.ts'
import { Browser, SESSION_COOKIE } from './browser.ts'
import { logIn, obtainCode, redeem } from './phone.ts'
import { API, type TestServer, USER } from './server.ts'

export const EVE = { email: 'eve@example.com', password: 'another long passphrase' }

/** One method of one route, at an address that is Ada's. */
export interface AccountAddress {
  readonly method: 'GET' | 'POST'
  readonly pattern: string
  readonly url: string
  readonly needs: AccountNeed
  /** Every page of hers. */
  readonly pages: readonly string[]
}

/** Signs in at the account. */
export async function atAccount(
  { app, config }: Pick<TestServer, 'app' | 'config'>,
  user = USER,
  headers = {},
): Promise<Browser> {
  const browser = new Browser(app, config.issuer, headers)
  await logIn(browser, await browser.open('/account'), user)
  return browser
}

/** An invitation of Ada to an application; its token. */
async function addInvitation({ db, config, applicationId }: TestServer): Promise<string> {
  const challengeId = 'J'.repeat(22)
  await db
    .insertInto('application_invitations')
    .values({
      id: 'inv_of_ada',
      application_id: applicationId,
      email_key: USER.email,
      address: USER.email,
      role: 'collaborator',
      hands_over: false,
      challenge_id: challengeId,
      expires_at: new Date(Date.now() + 3600_000),
    })
    .execute()
  return mailToken(config.cookieSecret, challengeId)
}

/**
 * Gives Ada something for every page, and tells every route with it in the address. A parameter that is not here yet is an
 * error, so that no new route is left out.
 */
export async function accountAddresses(server: TestServer): Promise<readonly AccountAddress[]> {
  const { app, config } = server
  const { code, verifier } = await obtainCode(app, {}, new Browser(app, config.issuer))
  await redeem(app, code, verifier)
  const { id } = await server.db
    .selectFrom('refresh_families')
    .where('person_id', '=', server.personId)
    .select('id')
    .executeTakeFirstOrThrow()
  const second = await addAddress(server, 'second@example.com')
  const linked = { issuer: 'https://idp.example.com', subject: 'ada' }
  await server.db
    .insertInto('identities')
    .values({ ...linked, person_id: server.personId })
    .execute()
  await server.db
    .insertInto('registrations')
    .values({ person_id: server.personId, api_id: API.id, answers: '{"club":"chess"}' })
    .execute()
  const own: Readonly<Record<string, string>> = {
    installation: id,
    api: API.id,
    group: 'phone',
    application: server.applicationId,
    address: addressIds(config.cookieSecrets, second)[0],
    passkey: await addPasskey(server, 'ada'),
    identity: identityIds(config.cookieSecrets, linked)[0],
    provider: 'google',
    token: await addInvitation(server),
    thing: thingIds(config.cookieSecrets, { id: await addSetAside(server, 'aside') })[0],
  }
  const fill = (pattern: string) =>
    pattern.replace(/:(\w+)/g, (_all, name: string) => {
      const value = own[name]
      if (value === undefined) throw new Error(`what is Ada's :${name}? Say so in test/support/account.ts`)
      return value
    })
  const routes = Object.entries(accountRoutes(server.deps))
  const pages = routes.flatMap(([pattern, route]) => ('GET' in route ? fill(pattern) : []))
  return routes.flatMap(([pattern, route]) =>
    (['GET', 'POST'] as const).flatMap((method) =>
      method in route ? { method, pattern, url: fill(pattern), needs: route.needs, pages } : [],
    ),
  )
}

/** The token that forms of the account have in this browser. */
export function accountToken({ config }: Pick<TestServer, 'config'>, browser: Browser): string {
  const page = { page: 'account', path: '/account', leadsTo: [] }
  return FormBinding.to(config.cookieSecrets, browser.cookies.get(SESSION_COOKIE) ?? '', page).hidden.csrf ?? ''
}

/** Gives Ada another address, proven unless told; returns its key. */
export async function addAddress(
  { db, personId }: Pick<TestServer, 'db' | 'personId'>,
  address: string,
  isProven = true,
): Promise<string> {
  const proof = isProven ? ({ proof: 'verified', proven_at: new Date() } as const) : {}
  await db
    .insertInto('email_addresses')
    .values({ person_id: personId, key: address, address, ...proof })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return address
}

/** Gives Ada a passkey that nobody holds; returns its id. */
export async function addPasskey(
  { db, personId }: Pick<TestServer, 'db' | 'personId'>,
  credential: string,
  since = new Date(0),
): Promise<string> {
  const id = `authenticator_${credential}`
  const key = Buffer.from('none')
  const passkey = { id, person_id: personId, kind: 'passkey', credential, key, backed_up: true } as const
  await db
    .insertInto('authenticators')
    .values({ ...passkey, created_at: since, confirmed_at: since })
    .execute()
  return id
}

/** Gives Ada a passkey that was set aside; returns its id. */
export async function addSetAside(server: Pick<TestServer, 'db' | 'personId'>, credential: string): Promise<string> {
  const id = await addPasskey(server, credential)
  await server.db.updateTable('authenticators').set({ suspended_at: new Date() }).where('id', '=', id).execute()
  return id
}

/** Another person with an account. */
export async function addEve({ db, config }: TestServer): Promise<string> {
  const id = await createAccount(db, config.passwordPepper, EVE)
  if (id === undefined) throw new Error('Eve exists already')
  return id
}
