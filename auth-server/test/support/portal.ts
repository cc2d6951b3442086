// The developer portal as tests need it: a server that has it, and people who are signed in there in each role.
import type { LightMyRequestResponse } from 'fastify'
import type { Test } from 'tap'
import { FormBinding } from '../../src/http/csrf.ts'
import { MFA_ACR } from '../../src/identity/acr.ts'
import { ROLES } from '../../src/identity/roles.ts'
import { definePortalOf } from '../../src/portal/index.ts'
import { type GivenRole, insertRole } from '../../src/store/tables/person-roles.ts'
import { newPerson, PASSWORD } from './administrator.ts'
import { Browser } from './browser.ts'
import { logIn } from './phone.ts'
import { type TestServer, testServer, USER } from './server.ts'

/** The cookie of the portal of a server at ISSUER. */
export const PORTAL_COOKIE = 'mobile-gateway-4000-portal'

/** A server as it starts, with the portal. */
export async function portalServer(t: Test, environment: Record<string, string> = {}): Promise<TestServer> {
  const server = await testServer(t, { VISITS_PER_MINUTE: '1000', ...environment })
  await definePortalOf(server.config.issuer, server.db)
  return server
}

/** Signs in at the portal, as anybody does. Returns the page that it leads to. */
export async function signInAtPortal(
  { app, config }: Pick<TestServer, 'app' | 'config'>,
  { user = USER, url = '/portal' }: Readonly<{ user?: typeof USER; url?: string }> = {},
): Promise<Readonly<{ browser: Browser; page: LightMyRequestResponse }>> {
  const browser = new Browser(app, config.issuer)
  const page = await followHere(browser, await logIn(browser, await browser.open(url), user))
  return { browser, page }
}

/** Follows what leads to this server by its whole address, too: as the answer to an application does. */
export async function followHere(browser: Browser, response: LightMyRequestResponse): Promise<LightMyRequestResponse> {
  const { location } = response.headers
  if (location === undefined) return response
  const { pathname, search } = new URL(location, 'http://localhost')
  return followHere(browser, await browser.request('GET', pathname + search))
}

/** Somebody who has a role and is signed in at the portal in it: with two factors, where the role asks for them. */
export interface PersonAtPortal {
  readonly browser: Browser
  readonly personId: string
  readonly email: string
  /** The token that forms of the portal have in this browser. */
  readonly csrf: string
}

/** @param apiId of an approver */
export async function atPortalAs(
  server: TestServer,
  role: GivenRole['role'] | 'nobody',
  { email = `${role}@example.com`, apiId = null }: Readonly<{ email?: string; apiId?: string | null }> = {},
): Promise<PersonAtPortal> {
  const { db } = server
  const personId = await newPerson(server, email)
  if (role !== 'nobody') await db.transaction().execute((trx) => insertRole(trx, { personId, role, apiId }))
  const { browser } = await signInAtPortal(server, { user: { email, password: PASSWORD } })
  if (role !== 'nobody' && ROLES[role].isStrong)
    await db
      .updateTable('sessions')
      .set({ acr: MFA_ACR, amr: ['pwd', 'otp', 'mfa'] })
      .where('person_id', '=', personId)
      .execute()
  return { browser, personId, email, csrf: portalToken(server, browser) }
}

/** The token that forms of the portal have in this browser. */
export function portalToken({ config }: Pick<TestServer, 'config'>, browser: Browser): string {
  const page = { page: 'portal', path: '/portal', leadsTo: [] }
  return FormBinding.to(config.cookieSecrets, browser.cookies.get(PORTAL_COOKIE) ?? '', page).hidden.csrf ?? ''
}

/** Posts a form of the portal as its page does, without following. @param action the whole path */
export function post(
  { browser, csrf }: Pick<PersonAtPortal, 'browser' | 'csrf'>,
  action: string,
  fields: Readonly<Record<string, string>> = {},
): Promise<LightMyRequestResponse> {
  return browser.request('POST', action, { form: { csrf, ...fields } })
}
