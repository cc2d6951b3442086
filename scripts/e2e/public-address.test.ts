// `npm start -- --public-url … --public-gateway-url …`: the whole flow through TLS-terminating proxies, as a phone elsewhere sees it.

import { request as askHttp } from 'node:http'
import { request as askHttps, createServer } from 'node:https'
import * as oauth from 'oauth4webapi'
import t, { type Test } from 'tap'
import { launchChromium, needsChromium } from '../../auth-server/test/support/chromium.ts'
import { selfSigned } from '../../auth-server/test/support/self-signed.ts'
import { listen } from '../../auth-server/test/support/site.ts'
import { DEMO } from '../demo/known.ts'
import { freePorts } from '../stack/ports.ts'
import { testStack } from './support/gateways.ts'

const LOGIN = 'login.phone.example'
const API = 'api.phone.example'
const client: oauth.Client = { client_id: DEMO.clientId }

/** What a tunnel does: takes TLS off, says for whom it asks, and hands everything on. Returns its port. */
async function tunnel(t: Test, name: string, target: number): Promise<number> {
  const server = createServer(selfSigned(name), (incoming, answer) => {
    const headers = { ...incoming.headers, 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'https' }
    const onward = askHttp(
      { host: '127.0.0.1', port: target, method: incoming.method, path: incoming.url, headers },
      (came) => came.pipe(answer.writeHead(came.statusCode ?? 502, came.rawHeaders)),
    )
    onward.on('error', () => answer.destroy())
    incoming.pipe(onward)
  })
  return listen(t, server)
}

/** The app's fetch: it finds the names of this test on this machine, and takes their certificates. */
async function fetchThere(url: string, init: Readonly<{ method?: string; headers?: unknown; body?: unknown }> = {}) {
  const { method = 'GET', headers, body } = init
  const given = Object.fromEntries(new Headers(headers instanceof Headers || isRecord(headers) ? headers : {}))
  return new Promise<Response>((done, fail) => {
    const asked = askHttps(
      new URL(url),
      {
        method,
        headers: given,
        rejectUnauthorized: false,
        lookup: (_name, { all }, found) =>
          all ? found(null, [{ address: '127.0.0.1', family: 4 }]) : found(null, '127.0.0.1', 4),
      },
      async (came) => {
        const chunks: Buffer[] = []
        for await (const chunk of came) chunks.push(Buffer.from(chunk))
        const got = Object.entries(came.headers).map(([name, value]): [string, string] => [name, String(value)])
        done(new Response(Buffer.concat(chunks), { status: came.statusCode ?? 0, headers: got }))
      },
    )
    asked.on('error', fail)
    asked.end(body === undefined || body === null ? undefined : String(body))
  })
}

function isRecord(value: unknown): value is Record<string, string> {
  return typeof value === 'object' && value !== null
}

const there = { [oauth.customFetch]: fetchThere }

t.setTimeout(200_000)

t.test('a phone elsewhere signs in and calls, by the public addresses alone', needsChromium, async (t) => {
  const ports = await freePorts()
  const proxies = { login: await tunnel(t, LOGIN, ports.auth), api: await tunnel(t, API, ports.gateway) }
  const publicUrls = { auth: `https://${LOGIN}:${proxies.login}`, gateway: `https://${API}:${proxies.api}` }
  const lines: string[] = []
  const stack = await testStack(t, 'embedded', {
    ports,
    publicUrls,
    onLine: (name, line) => lines.push(`${name} ${line}`),
  })
  const open = await launchChromium(t, { [LOGIN]: proxies.login, [API]: proxies.api })
  const { issuer, resource } = stack.urls

  const answers = await oauth.discoveryRequest(new URL(issuer), there)
  const server = await oauth.processDiscoveryResponse(new URL(issuer), answers)
  for (const [name, value] of Object.entries(server))
    if (/_endpoint$|_uri$/.test(name)) t.match(value, new RegExp(`^${issuer}/`), name)
  const metadata = await fetchThere(`${publicUrls.gateway}/.well-known/oauth-protected-resource/mobile`)
  t.match(await metadata.json(), { resource, authorization_servers: [issuer] })

  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const address = new URL(server.authorization_endpoint ?? '')
  address.search = new URLSearchParams({
    response_type: 'code',
    client_id: DEMO.clientId,
    redirect_uri: DEMO.redirectUri,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }).toString()
  const phone = await open(t, { ignoreHTTPSErrors: true })
  const page = await phone.tab()
  const signIn = async (password: string) => {
    await page.fill('input[name=email]', DEMO.email)
    await page.fill('input[name=password]', password)
    await page.click('button[type=submit]')
  }
  await page.goto(address.href)
  await signIn(DEMO.password)
  await page.getByRole('alert').waitFor()
  t.not(stack.demoPassword, DEMO.password, 'the password of the README opens nothing')
  const back = page.waitForRequest((request) => request.url().startsWith('com.example.demo:'))
  await signIn(stack.demoPassword)
  const redirect = new URL((await back).url())
  t.strictSame(phone.complaints, [])
  const cookies = await page.context().cookies()
  t.ok(cookies.length > 0 && cookies.every(({ secure, httpOnly }) => secure && httpOnly))

  const key = oauth.DPoP(client, await oauth.generateKeyPair('ES256'))
  const redeem = () =>
    oauth.authorizationCodeGrantRequest(
      server,
      client,
      oauth.None(),
      oauth.validateAuthResponse(server, client, redirect, state),
      DEMO.redirectUri,
      verifier,
      { ...there, DPoP: key },
    )
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, await redeem())
  t.equal(tokens.token_type, 'dpop')
  const called = await oauth.protectedResourceRequest(
    tokens.access_token,
    'GET',
    new URL(`${resource}/echo`),
    undefined,
    undefined,
    { ...there, DPoP: key },
  )
  t.equal(called.status, 200)
  t.match(await called.json(), { headers: { 'x-consumer-username': DEMO.clientId } })

  await t.test('nothing of a developer is shown', async (t) => {
    const { body } = { body: await (await fetchThere(`${issuer}/`)).text() }
    for (const secret of [stack.demoPassword, DEMO.password, 'npm run', stack.dataDir]) t.notMatch(body, secret)
    await page.goto(`${issuer}/authorize?client_id=${DEMO.clientId}&redirect_uri=x:/y`)
    t.notMatch(await page.content(), DEMO.redirectUri)
    const local = await (await fetch(`http://localhost:${ports.auth}/`)).text()
    t.notMatch(local, stack.demoPassword, 'not even on this machine')
    const told = lines.join('\n')
    for (const secret of [DEMO.email, stack.demoPassword]) t.notMatch(told, secret)
    t.match(told, /"step":"signed in"/)
    t.match(told, /203\.0\.113\.7/, 'the caller is whom the proxy names')
  })
})
