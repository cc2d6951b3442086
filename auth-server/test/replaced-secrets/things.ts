// What is under way while a secret is replaced: each is begun at one instance and goes on at another, or does not.
import type { FastifyInstance } from 'fastify'
import { isKnownBrowser, rememberBrowser } from '../../src/identity/sign-in-guesses.ts'
import { isChallenge, newChallenge } from '../../src/oauth/device/challenge.ts'
import { currentNonce, windowOfNonce } from '../../src/oauth/dpop/nonce.ts'
import { atAccount } from '../support/account.ts'
import { newPerson, PASSWORD } from '../support/administrator.ts'
import { Browser, formsOf, SESSION_COOKIE } from '../support/browser.ts'
import type { Mailbox } from '../support/mailbox.ts'
import { answerOf, authorizeUrl, logIn, obtainTokens, pkcePair, redeem, refresh } from '../support/phone.ts'
import { followHere } from '../support/portal.ts'
import { addAuthenticatorApp, addRecoveryCodes } from '../support/second-factor.ts'
import { type instanceWith, sentTo } from '../support/second-instance.ts'
import { USER } from '../support/server.ts'
import { CLAIMED_URI } from '../support/session.ts'
import type { Upstream } from '../support/upstream.ts'

export type Running = Awaited<ReturnType<typeof instanceWith>>

export interface Surroundings {
  readonly mailbox: Mailbox
  readonly corp: Upstream
}

/** Begins something; what it returns goes on with it, and says whether that worked. */
type Begin = (here: Running, around: Surroundings) => Promise<(there: Running) => Promise<boolean>>

let people = 0

/** Somebody of their own, so that nobody is waited for. */
async function somebody(here: Running) {
  const email = `person-${++people}@example.com`
  return { personId: await newPerson(here, email), user: { email, password: PASSWORD } }
}

async function visit(app: FastifyInstance, browser = new Browser(app)) {
  const pair = pkcePair()
  const page = await browser.open(authorizeUrl(pair.challenge, { redirect_uri: CLAIMED_URI }))
  return { browser, page, ...pair }
}

function cameBack(response: Parameters<typeof answerOf>[0]): boolean {
  return answerOf(response).code !== undefined
}

/** Posts the form of a page where somebody else answers; follows there. */
function submitTo(there: Running, browser: Browser, page: { body: string }, name: string, fields = {}) {
  const moved = sentTo(there.app, browser)
  const form = formsOf(page.body).find(({ action }) => action.endsWith(name))
  if (!form) throw new Error(`no form ${name} on this page:\n${page.body}`)
  const { action, hidden } = form
  return moved.request('POST', action, { form: { ...hidden, ...fields } }).then((answer) => moved.follow(answer))
}

/** By the secret that decides. Those of `KEY_ENCRYPTION_KEY` go on without it once they are sealed anew. */
export const THINGS = {
  tokens: {
    async 'a refresh token'({ app }) {
      const { refresh_token } = await obtainTokens(app)
      return async (there) => (await refresh(there.app, refresh_token)).statusCode === 200
    },
    async 'the lost answer of a refresh'({ app }) {
      const { refresh_token } = await obtainTokens(app)
      const successor = (await refresh(app, refresh_token)).json().refresh_token
      return async (there) => (await refresh(there.app, refresh_token)).json().refresh_token === successor
    },
    async 'a nonce of DPoP'({ config }) {
      const nonce = currentNonce(config.tokenSecrets, 1_800_000_000)
      return async (there) => windowOfNonce(there.config.tokenSecrets, nonce) !== undefined
    },
    async 'a challenge for a device'({ config }) {
      const challenge = newChallenge(config.tokenSecrets, 'app', 1_800_000_000)
      return async (there) => isChallenge(there.config.tokenSecrets, 'app', challenge, 1_800_000_001)
    },
  },
  cookies: {
    async 'a login page that is open'({ app }) {
      const { browser, page } = await visit(app)
      return async (there) => cameBack(await submitTo(there, browser, page, '/login', USER))
    },
    async 'a sign-in whose answer was lost'({ app }) {
      const { browser, page } = await visit(app)
      const [{ action, hidden } = { action: '', hidden: {} }] = formsOf(page.body)
      const first = sentTo(app, browser)
      await first.request('POST', action, { form: { ...hidden, ...USER } })
      return async (there) => {
        const again = sentTo(there.app, browser)
        await again.request('POST', action, { form: { ...hidden, ...USER } })
        // One sign-in, which both answers hand over.
        return again.cookies.get(SESSION_COOKIE) === first.cookies.get(SESSION_COOKIE)
      }
    },
    async 'a form of the account'(here) {
      const browser = await atAccount(here)
      const page = await browser.open('/account/profile/name')
      return async (there) => (await submitTo(there, browser, page, '/name', { name: 'Ada' })).statusCode === 200
    },
    async 'the address of a page of the account'(here) {
      const browser = await atAccount(here)
      const list = await browser.open('/account/security/addresses')
      const [path = ''] = /\/account\/security\/addresses\/[\w-]{22}/.exec(list.body) ?? []
      return async (there) => (await sentTo(there.app, browser).request('GET', path)).statusCode !== 404
    },
    async 'a link in a mail'(here, { mailbox }) {
      const { link } = await asked(here, mailbox)
      return async (there) => (await new Browser(there.app).open(link)).statusCode === 200
    },
    async 'a code in a mail'(here, { mailbox }) {
      const { browser, check, code } = await asked(here, mailbox)
      return async (there) => {
        const { statusCode, body } = await submitTo(there, browser, check, '/check-mail', { code })
        return statusCode === 200 && body.includes('name="password"')
      }
    },
    async 'a sign-in at another provider'({ app }, { corp }) {
      const { browser, page } = await visit(app)
      corp.is({ sub: 'bob', email: 'bob@corp.example', email_verified: true, name: 'Bob' })
      const sent = await browser.submit(page, '/provider/corp')
      const back = await corp.travel()(sent.headers.location ?? '')
      return async (there) => cameBack(await sentTo(there.app, browser).open(back.pathname + back.search))
    },
    async 'a sign-in at the portal'(here) {
      const { user } = await somebody(here)
      const browser = new Browser(here.app)
      const answer = await logIn(browser, await browser.open('/portal'), user)
      return async (there) => (await followHere(sentTo(there.app, browser), answer)).statusCode === 200
    },
    async 'a browser that an account knows'({ config }) {
      const cookie = rememberBrowser(config.cookieSecrets, USER.email, [])
      return async (there) => isKnownBrowser(there.config.cookieSecrets, USER.email, cookie)
    },
  },
  sealed: {
    async 'an access token'({ app }) {
      const { access_token } = await obtainTokens(app)
      const headers = { authorization: `Bearer ${access_token}` }
      return async (there) =>
        !/invalid_token/.test(
          String((await there.app.inject({ url: '/userinfo', headers })).headers['www-authenticate']),
        )
    },
    async 'a code of an authenticator app'(here) {
      const { personId, user } = await somebody(here)
      const phone = await addAuthenticatorApp(here, personId)
      return async (there) => {
        const { browser, page } = await visit(there.app)
        const factor = await logIn(browser, page, user)
        return cameBack(await browser.submit(factor, '/second-factor', { code: await phone.code() }))
      }
    },
    async 'a recovery code'(here) {
      const { personId, user } = await somebody(here)
      await addAuthenticatorApp(here, personId)
      const [code = ''] = await addRecoveryCodes(here, personId)
      return async (there) => {
        const { browser, page } = await visit(there.app)
        await logIn(browser, page, user)
        const [, id = ''] = /interaction\/([\w-]{22})\//.exec(page.body) ?? []
        const form = await browser.open(`/interaction/${id}/recovery-code`)
        return cameBack(await browser.submit(form, '/recovery-code', { code }))
      }
    },
  },
  lasting: {
    async 'somebody who is signed in'({ app }) {
      const { browser, page } = await visit(app)
      await logIn(browser, page)
      return async (there) =>
        browser.cookies.has(SESSION_COOKIE) && cameBack((await visit(there.app, sentTo(there.app, browser))).page)
    },
    async 'a code that is not redeemed yet'({ app }) {
      const { browser, page, verifier } = await visit(app)
      const { code = '' } = answerOf(await logIn(browser, page))
      return async (there) =>
        (await redeem(there.app, code, verifier, { redirect_uri: CLAIMED_URI })).statusCode === 200
    },
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Begin>>>>

/** Somebody who has forgotten their password asks for the mail. */
async function asked(here: Running, mailbox: Mailbox) {
  const { user } = await somebody(here)
  const { browser, page } = await visit(here.app)
  const [, id = ''] = /interaction\/([\w-]{22})\//.exec(page.body) ?? []
  const check = await browser.submit(await browser.open(`/interaction/${id}/forgotten`), '/forgotten', {
    email: user.email,
  })
  const mail = (await mailbox.deliver(here)).find(({ code }) => code !== '')
  if (!mail) throw new Error(`no mail came: ${check.statusCode}`)
  return { browser, check, code: mail.code, link: mail.link.replace(here.config.issuer, '') }
}
