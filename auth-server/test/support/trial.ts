// Trials as tests play them: a development machine with a demo app, and a gateway that answers as the test wants.
import { createServer, type RequestListener } from 'node:http'
import type { LightMyRequestResponse } from 'fastify'
import type { Test } from 'tap'
import { defineApi } from '../../src/catalogue/apis.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { TRIAL_CALLBACK_PATH } from '../../src/interaction/paths.ts'
import { Browser } from './browser.ts'
import { logIn } from './phone.ts'
import { ISSUER, type TestServer, testServer } from './server.ts'
import { listen } from './site.ts'

export const HERE = { host: new URL(ISSUER).host }
export const DEMO_APP = 'demo-app'

/** The link that opens the sign-in pages. */
export function signInLink(page: LightMyRequestResponse): string {
  return (/href="(\/authorize[^"]*)"/.exec(page.body)?.[1] ?? '').replaceAll('&amp;', '&')
}

/** An answer at the page of trials, as a path. */
export function callbackOf({ headers }: LightMyRequestResponse): string {
  const url = new URL(headers.location ?? '')
  return url.pathname + url.search
}

export interface TrialMachine extends TestServer {
  readonly resource: string
  /** Another browser at the machine, on the page “Try it”. */
  open(): Promise<Readonly<{ browser: Browser; page: LightMyRequestResponse }>>
  /** A trial up to the moment when the answer comes back to its page. */
  signedIn(): Promise<Readonly<{ browser: Browser; answer: string }>>
}

/**
 * @param gateway answers the calls of the demo's API
 * @param publicOrigin under which apps know the gateway, where this server reaches it elsewhere
 */
export async function trialMachine(t: Test, gateway: RequestListener, publicOrigin?: string): Promise<TrialMachine> {
  const reached = `http://localhost:${await listen(t, createServer(gateway))}`
  const origin = publicOrigin ?? reached
  const resource = `${origin}/mobile`
  const stack = {
    gateway: origin,
    api: origin,
    resource,
    pluginSocket: '/nowhere/plugins.sock',
    commandPrefix: '',
    demo: { clientId: DEMO_APP, redirectUris: [], email: 'demo@example.com', password: 'a-demo-password' },
  }
  const server = await testServer(t, {
    DEVELOPMENT: 'true',
    DEVELOPMENT_STACK: JSON.stringify(stack),
    ...(publicOrigin !== undefined && { GATEWAY_ADDRESSES: `${publicOrigin}=${reached}` }),
  })
  await defineApi(
    server.db,
    { id: 'mobile-api', name: 'Demo API', resource, scopes: { 'orders:read': 'See' }, plans: ['basic'] },
    OPERATOR,
  )
  const own = { clientId: DEMO_APP, name: 'Demo app', redirectUris: ['com.example.demo:/callback'] }
  await server.register(own, { apiId: 'mobile-api', scopes: ['orders:read'] })
  const open = async () => {
    const browser = new Browser(server.app, ISSUER, HERE)
    return { browser, page: await browser.open('/try') }
  }
  const signedIn = async () => {
    const { browser, page } = await open()
    const begun = await browser.submit(page, '/begin')
    const login = await browser.open(signInLink(begun))
    return { browser, answer: callbackOf(await logIn(browser, login)) }
  }
  return { ...server, resource, open, signedIn }
}

/** The page of trials, with a code of nobody's. */
export function forgedAnswer(state: string): string {
  return `${TRIAL_CALLBACK_PATH}?${new URLSearchParams({ code: 'a-code-of-nobody', state, iss: ISSUER })}`
}
