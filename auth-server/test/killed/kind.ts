// What every kind of client in these tests is: work until the server is gone, and what has to hold afterwards.
import type { Test } from 'tap'
import { sha256 } from '../../src/crypto/digest.ts'
import { randomSecret } from '../../src/crypto/random.ts'
import { signIn } from '../../src/store/queries/sign-in.ts'
import { Browser, formsOf, SESSION_COOKIE, secretOf } from '../support/browser.ts'
import { authorizeUrl, pkcePair } from '../support/phone.ts'
import type { TestServer } from '../support/server.ts'
import { CLAIMED_URI } from '../support/session.ts'
import type { MortalAsk } from './mortal-server.ts'

/** `app` is another instance on the same database, which nobody kills; `ask` goes to the mortal one. */
export type World = TestServer & Readonly<{ ask: MortalAsk }>

export interface Kind {
  /** What holds, whenever the server is killed. */
  readonly promise: string
  /** How many at once. */
  readonly clients: number
  /** When it is this kind's turn, the server dies during one of its first so many requests … */
  readonly requests: number
  /** … each of which takes about so long. */
  readonly millis: number
  /** Asks until there is no answer; returns what has to hold then. */
  work(): Promise<(t: Test) => Promise<void>>
  /** What has to hold of everything together, in the end. */
  finish?(t: Test): Promise<void>
}

/** The Cookie header of a browser. */
export function cookiesOf(browser: Browser) {
  return {
    cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
  }
}

/** A browser with a login page for a claimed redirect open, and its form. */
export async function atLogin({ app }: TestServer) {
  const browser = new Browser(app)
  const page = await browser.open(authorizeUrl(pkcePair().challenge, { redirect_uri: CLAIMED_URI }))
  const { action = '', hidden = {} } = formsOf(page.body).find((form) => form.action.endsWith('/login')) ?? {}
  return { browser, page, action, hidden, requestId: action.split('/')[2] ?? '' }
}

/** A browser that is signed in without the cost of a password. */
export async function signedIn(server: TestServer) {
  const { browser, requestId } = await atLogin(server)
  const sessionId = randomSecret(16)
  const token = randomSecret()
  const person = { personId: server.personId, authEpoch: 1, acr: 'acr', amr: ['pwd'], issuer: null }
  const visit = { requestId, visits: [{ id: requestId, browserHash: sha256(secretOf(browser, requestId)) }] }
  const session = { sessionId, signInId: randomSecret(16), tokenHashesOf: () => [sha256(token)], ttlSeconds: 3600 }
  const lasting = { tokenHashes: [], persists: true, strong: { roles: [], ttlSeconds: 3600 } }
  const { kind } = await signIn(server.db, { ...person, ...visit, ...session, ...lasting })
  if (kind !== 'done') throw new Error(`nobody signed in: ${kind}`)
  browser.cookies.set(SESSION_COOKIE, token)
  return { browser, sessionId }
}
