// AppAuth 1.4 with its node support, unmodified: the system's browser, a loopback redirect, tokens; and answers that get lost.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import {
  AuthorizationRequest,
  AuthorizationServiceConfiguration,
  BaseTokenRequestHandler,
  NodeBasedHandler,
  NodeCrypto,
  NodeRequestor,
  RevokeTokenRequest,
  TokenRequest,
} from '../support/appauth.ts'
import { turnClock } from '../support/database.ts'
import { errorOf, siteWithPerson } from '../support/loopback.ts'
import { APP } from '../support/server.ts'
import { listen } from '../support/site.ts'
import { systemBrowser } from '../support/system-browser.ts'

/** AppAuth is told its port before it listens. */
async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0)
  await once(server, 'listening')
  const address = server.address()
  await new Promise((done) => server.close(done))
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** What AppAuth's handler comes back with; one of the two is null. */
interface Heard {
  readonly response: Readonly<{ code: string; state: string }> | null
  readonly error: Readonly<{ error: string; state?: string }> | null
}

/** What AppAuth makes of an OAuth error: a session that has ended. It tells no `invalid_grant` from a `Bad Request`. */
const LOGGED_OUT = { message: 'Bad Request' }

/** A phone with the app on it; what it sends to the token endpoint goes through a tunnel, where answers can get lost. */
async function phone(t: Test) {
  const site = await siteWithPerson(t)
  const { opened } = await systemBrowser(t)
  const requestor = new NodeRequestor()
  const discovered = await AuthorizationServiceConfiguration.fetchFromIssuer(site.origin, requestor)

  const lost: string[] = []
  let answersToLose = 0
  const tunnel = createServer(async (request, response) => {
    const { statusCode, headers, body } = await site.app.inject({
      method: 'POST',
      url: request.url ?? '',
      headers: request.headers,
      payload: await text(request),
    })
    if (answersToLose === 0)
      return response.writeHead(statusCode, { 'content-type': headers['content-type'] }).end(body)
    answersToLose -= 1
    lost.push(body)
    return request.socket.destroy()
  })
  const configuration = new AuthorizationServiceConfiguration({
    authorization_endpoint: discovered.authorizationEndpoint,
    revocation_endpoint: discovered.revocationEndpoint,
    token_endpoint: discovered.tokenEndpoint.replace(site.origin, `http://127.0.0.1:${await listen(t, tunnel)}`),
  })
  const tokens = new BaseTokenRequestHandler(requestor)

  const redirect_uri = `http://127.0.0.1:${await freePort()}/callback`
  /** Sends the person to sign in; `act` follows the address that the browser is told to open, and says where it led. */
  const authorize = async (act: (url: string) => Promise<URL> = site.send) => {
    const handler = new NodeBasedHandler(Number(new URL(redirect_uri).port))
    const request = new AuthorizationRequest(
      { response_type: 'code', client_id: APP.clientId, redirect_uri, scope: 'openid orders:read' },
      new NodeCrypto(),
    )
    handler.performAuthorizationRequest(configuration, request)
    const page = await fetch(await act(await opened()), { headers: { connection: 'close' } })
    t.equal(await page.text(), 'Close your browser to continue')
    const heard: Heard | null = await handler.authorizationPromise
    t.equal((heard?.response ?? heard?.error)?.state, request.state)
    return { code: heard?.response?.code, error: heard?.error?.error, verifier: request.internal?.code_verifier ?? '' }
  }
  const askForTokens = (request: { code: string; verifier: string } | { refreshToken: string }) =>
    tokens.performTokenRequest(
      configuration,
      new TokenRequest({
        client_id: APP.clientId,
        redirect_uri,
        ...('code' in request
          ? { grant_type: 'authorization_code', code: request.code, extras: { code_verifier: request.verifier } }
          : { grant_type: 'refresh_token', refresh_token: request.refreshToken }),
      }),
    )
  return {
    ...site,
    authorize,
    signIn: async () => {
      const { code = '', verifier } = await authorize()
      return askForTokens({ code, verifier })
    },
    refresh: (refreshToken = '') => askForTokens({ refreshToken }),
    revoke: (token = '') =>
      tokens.performRevokeTokenRequest(
        configuration,
        new RevokeTokenRequest({ token, token_type_hint: 'refresh_token', client_id: APP.clientId }),
      ),
    lost,
    loseAnswers: (count: number) => {
      answersToLose = count
    },
  }
}

t.test('login by the system browser with PKCE, refresh, revoke', async (t) => {
  const { signIn, refresh, revoke, app, personId } = await phone(t)
  const first = await signIn()
  t.match(first, {
    tokenType: 'Bearer',
    expiresIn: 600,
    scope: 'openid orders:read',
    idToken: /^[\w-]+\.[\w-]+\.[\w-]+$/,
  })
  // Its own margin is ten minutes, which is all that our tokens live; the AppAuth of phones takes one.
  t.ok(first.isValid(-60))
  const second = await refresh(first.refreshToken)
  t.not(second.refreshToken, first.refreshToken)
  const userinfo = await app.inject({ url: '/userinfo', headers: { authorization: `Bearer ${second.accessToken}` } })
  t.equal(userinfo.json().sub, personId)
  t.equal(await revoke(second.refreshToken), true)
  t.match(await errorOf(refresh(second.refreshToken)), LOGGED_OUT)
})

t.test('a person who declines: the app hears access_denied', async (t) => {
  const { authorize, browser } = await phone(t)
  const answer = await authorize(async (url) => {
    const { pathname, search } = new URL(url)
    const { headers } = await browser.submit(await browser.open(pathname + search), '/deny')
    return new URL(headers.location ?? '')
  })
  t.match(answer, { code: undefined, error: 'access_denied' })
})

t.test('the answer of a refresh gets lost', async (t) => {
  const { signIn, refresh, lost, loseAnswers, db } = await phone(t)
  let { refreshToken } = await signIn()
  /** The app asks until it hears an answer, with the token that it has. */
  const hear = async (answersLost: number) => {
    loseAnswers(answersLost)
    for (let i = 0; i < answersLost; i += 1)
      t.match(await errorOf(refresh(refreshToken)), { message: /socket hang up/ })
    return refresh(refreshToken)
  }

  await t.test('and the app asks again at once: it gets the successor that it missed', async (t) => {
    const answer = await hear(3)
    t.strictSame(
      lost.map((body) => JSON.parse(body).refresh_token),
      [answer.refreshToken, answer.refreshToken, answer.refreshToken],
    )
    refreshToken = answer.refreshToken
  })

  await t.test('and the app asks again an hour later, out of the tunnel: it gets another successor', async (t) => {
    loseAnswers(1)
    t.match(await errorOf(refresh(refreshToken)), { message: /socket hang up/ })
    await turnClock(t, db, 3600)
    const answer = await refresh(refreshToken)
    t.not(answer.refreshToken, JSON.parse(lost.at(-1) ?? '').refresh_token)
    refreshToken = answer.refreshToken
  })

  await t.test('nobody was logged out by any of that', async (t) => {
    const answer = await refresh(refreshToken)
    t.match(answer, { accessToken: /./, refreshToken: /./ })
    t.ok(await refresh(answer.refreshToken))
  })
})

t.test('two parts of an app refresh at once: both get the same successor, and go on with it', async (t) => {
  const { signIn, refresh } = await phone(t)
  const { refreshToken } = await signIn()
  const [one, other] = await Promise.all([refresh(refreshToken), refresh(refreshToken)])
  t.equal(one.refreshToken, other.refreshToken)
  t.ok(await refresh(one.refreshToken))
})
