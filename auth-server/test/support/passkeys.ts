// People with passkeys: one that is stored for a test's person, and the session in which they could make another.
import { WITHOUT_REQUEST } from '../../src/audit/context.ts'
import { sha256 } from '../../src/crypto/digest.ts'
import type { AssertionKey } from '../../src/identity/passkeys/authentication.ts'
import { assertionOptions, checkAssertion } from '../../src/identity/passkeys/authentication.ts'
import {
  type RegistrationCeremony,
  registerPasskey,
  registrationOptions,
} from '../../src/identity/passkeys/registration.ts'
import type { Session } from '../../src/store/tables/sessions.ts'
import { findSession } from '../../src/store/tables/sessions.ts'
import { Browser, SESSION_COOKIE } from './browser.ts'
import { authorizeUrl, logIn, pkcePair } from './phone.ts'
import { ISSUER, type TestServer } from './server.ts'
import { type PasskeyAnswer, SoftPasskey } from './soft-passkey.ts'

/** What everybody's answers say who have nothing to hide. */
const HONEST = { origin: ISSUER, rpId: 'localhost' } as const

/** A session of a person who has just signed in with a password. */
export async function freshSession(
  { app, db }: TestServer,
  user?: Readonly<{ email: string; password: string }>,
): Promise<Session> {
  const browser = new Browser(app)
  await logIn(browser, await browser.open(authorizeUrl(pkcePair().challenge)), user)
  const session = await findSession(db, [sha256(browser.cookies.get(SESSION_COOKIE) ?? '')])
  if (!session) throw new Error('nobody has signed in')
  return session
}

/** The ceremonies of a server, each in one call; `changes` are what the answer says instead of the truth. */
export function ceremonies({ db, config }: TestServer) {
  const ask = async (owner: Session, ceremony: RegistrationCeremony = 'registration') =>
    (await registrationOptions(db, config, owner, ceremony)).challenge
  const register = async (
    owner: Session,
    passkey: SoftPasskey,
    changes: Partial<PasskeyAnswer> = {},
    ceremony: RegistrationCeremony = 'registration',
  ) => {
    const challenge = changes.challenge ?? (await ask(owner, ceremony))
    const json = passkey.create({ ...HONEST, ...changes, challenge })
    return registerPasskey(db, config, owner, { json, ceremony }, WITHOUT_REQUEST)
  }
  const question = async (key: AssertionKey) => (await assertionOptions(db, config, key)).challenge
  const signIn = async (
    userHandle: string | undefined,
    passkey: SoftPasskey,
    changes: Partial<PasskeyAnswer> = {},
    key: AssertionKey = { ceremony: 'sign-in', holder: 'a visit', personId: null },
  ) => {
    const challenge = changes.challenge ?? (await question(key))
    return checkAssertion(db, config, key, passkey.get({ ...HONEST, userHandle, ...changes, challenge }))
  }
  return { ask, register, question, signIn }
}

/** Asks what there is to sign, as the script of the login page does; returns what posts the answer, without following. */
export async function passkeyLogin(
  browser: Browser,
  page: Awaited<ReturnType<Browser['open']>>,
  passkey: SoftPasskey,
  userHandle: string,
) {
  const [, action = ''] = /data-options="([^"]*login\/passkey\/options)"/.exec(page.body) ?? []
  const [, csrf = ''] = /name="csrf" value="([^"]*)"/.exec(page.body) ?? []
  const options = await browser.request('POST', action, { form: { csrf } })
  const credential = passkey.get({ ...HONEST, userHandle, challenge: String(options.json().challenge) })
  return () => browser.request('POST', action.replace('/options', ''), { form: { csrf, credential } })
}

/** Signs Ada in at the account with a passkey of hers. */
export async function signInByPasskey(server: TestServer, passkey: SoftPasskey): Promise<Browser> {
  const browser = new Browser(server.app)
  const post = await passkeyLogin(browser, await browser.open('/account'), passkey, server.personId)
  await browser.follow(await post())
  return browser
}

/** The same, with one that she gets now. */
export async function atAccountByPasskey(server: TestServer): Promise<Browser> {
  const passkey = new SoftPasskey()
  await ceremonies(server).register(await freshSession(server), passkey)
  return signInByPasskey(server, passkey)
}
