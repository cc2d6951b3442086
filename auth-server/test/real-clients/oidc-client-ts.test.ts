// oidc-client-ts 3, unmodified, as a single-page app in Chromium: login, userinfo, renewal, DPoP, revocation, logout, CORS.
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { launchChromium, needsChromium } from '../support/chromium.ts'
import { errorOf } from '../support/loopback.ts'
import { personAt } from '../support/person.ts'
import { USER } from '../support/server.ts'
import { singlePageApps } from '../support/single-page-app.ts'
import { testSite } from '../support/site.ts'

// The globals of the page, for what runs in it.
declare const oidc: typeof import('oidc-client-ts')
declare const manager: import('oidc-client-ts').UserManager

const PLAIN = 'spa.example.com'
const BOUND = 'bound.example.com'
const STRANGER = 'stranger.example.com'

/** What login_required reads like. */
const NO_SESSION = /prompt=none, but the person would have to see the login page/

t.setTimeout(60_000)

t.test('a single-page app in Chromium', needsChromium, async (t) => {
  const site = await testSite(t)
  const { signIn } = personAt(site.origin)
  const settings = (host: string) => ({
    authority: site.origin,
    client_id: 'spa',
    redirect_uri: `https://${host}/callback`,
    silent_redirect_uri: `https://${host}/silent`,
    post_logout_redirect_uri: `https://${host}/bye`,
    scope: 'openid email orders:read',
    automaticSilentRenew: false,
  })
  await site.register({
    clientId: 'spa',
    name: 'Orders on the web',
    kind: 'browser',
    redirectUris: [PLAIN, BOUND].flatMap((host) => [`https://${host}/callback`, `https://${host}/silent`]),
    postLogoutRedirectUris: [PLAIN, BOUND].map((host) => `https://${host}/bye`),
  })
  const ports = await singlePageApps(t, {
    [PLAIN]: { settings: { ...settings(PLAIN), loadUserInfo: true } },
    // The library has no proof for its own call of userinfo; `dpopProof` makes one for the app's calls.
    [BOUND]: { settings: settings(BOUND), dpop: true },
    [STRANGER]: { settings: settings(STRANGER) },
  })
  const launch = await launchChromium(t, ports)
  const open = async (t: Test) => {
    const phone = await launch(t, { ignoreHTTPSErrors: true })
    const page = await phone.tab()
    page.setDefaultTimeout(20_000)
    return { page, complaints: phone.complaints }
  }

  /** The app at `host` begins something that leads to the server, `act` is what the person does there, and it ends at `path`. */
  const roundTrip = async (page: Page, to: string, begin: () => Promise<unknown>, act = async () => {}) => {
    await page.goto(new URL('/', to).href)
    await Promise.all([page.waitForURL((url) => url.pathname !== '/'), begin()])
    await act()
    await page.waitForURL(`${to}?*`)
  }
  const signInAt = async (page: Page, host: string, prompt?: 'none') => {
    const begin = () =>
      page.evaluate((prompt) => void manager.signinRedirect({ state: 'my state', ...(prompt && { prompt }) }), prompt)
    await roundTrip(page, `https://${host}/callback`, begin, prompt ? undefined : () => signIn(page))
    return page.evaluate(async () => (await manager.signinCallback()) ?? null)
  }
  const signOutAt = async (page: Page, host: string) => {
    const begin = () => page.evaluate(() => void manager.signoutRedirect({ state: 'my farewell' }))
    await roundTrip(page, `https://${host}/bye`, begin)
    return page.evaluate(async () => (await manager.signoutCallback())?.userState)
  }
  const renew = (page: Page) => page.evaluate(() => manager.signinSilent())
  const userinfo = (accessToken = '') =>
    site.app.inject({ url: '/userinfo', headers: { authorization: `Bearer ${accessToken}` } })

  await t.test('plain: login, userinfo, renewal by the session, revocation, logout; no refresh token', async (t) => {
    const { page, complaints } = await open(t)
    const user = await signInAt(page, PLAIN)
    t.match(user, {
      token_type: 'Bearer',
      scope: 'openid email orders:read',
      profile: { sub: site.personId, email: USER.email },
      state: 'my state',
    })
    t.equal(user?.refresh_token, undefined, 'a page is no place for a bearer token that lives for months')

    t.match(await errorOf(renew(page)), { message: NO_SESSION }, 'a frame on another site has no session, and says so')
    const renewed = await signInAt(page, PLAIN, 'none')
    t.match(renewed, { profile: { sub: site.personId } })
    t.not(renewed?.access_token, user?.access_token)

    t.equal((await userinfo(renewed?.access_token)).statusCode, 200)
    await page.evaluate(() => manager.revokeTokens(['access_token']))
    t.equal((await userinfo(renewed?.access_token)).statusCode, 401)

    t.equal(await signOutAt(page, PLAIN), 'my farewell')
    t.match(await errorOf(signInAt(page, PLAIN, 'none')), { message: NO_SESSION }, 'the session is over')
    t.strictSame(complaints, [])
  })

  await t.test('DPoP: a refresh token bound to a key that never leaves the browser', async (t) => {
    const { page, complaints } = await open(t)
    const tokenAnswers: number[] = []
    page.on('response', (response) => {
      if (new URL(response.url()).pathname === '/token' && response.request().method() === 'POST')
        tokenAnswers.push(response.status())
    })
    const user = await signInAt(page, BOUND)
    t.match(user, { token_type: 'DPoP', refresh_token: /./, profile: { sub: site.personId } })
    const answer = await page.evaluate(async (url) => {
      const user = await manager.getUser()
      if (!user) throw new Error('nobody is signed in')
      const headers = { authorization: `DPoP ${user.access_token}`, dpop: (await manager.dpopProof(url, user)) ?? '' }
      return (await fetch(url, { headers })).json()
    }, `${site.origin}/userinfo`)
    t.match(answer, { sub: site.personId, email: USER.email })

    const renewed = await renew(page)
    t.match(renewed, { token_type: 'DPoP', refresh_token: /./, profile: { sub: site.personId } })
    t.not(renewed?.access_token, user?.access_token)
    t.strictSame(tokenAnswers, [200, 400, 200], 'the server asked for a nonce; the library made another proof with it')
    await page.reload()
    t.match(await renew(page), { token_type: 'DPoP' }, 'also after the page was loaded again')

    await t.test('a stolen refresh token is worth nothing without the key, and the theft ends nothing', async (t) => {
      const stored = await page.evaluate(async () => (await manager.getUser())?.toStorageString() ?? '')
      const { page: thief } = await open(t)
      await thief.goto(`https://${BOUND}/`)
      await thief.evaluate((stored) => manager.storeUser(oidc.User.fromStorageString(stored)), stored)
      t.match(await errorOf(renew(thief)), { message: /invalid_grant/ })
      t.match(await renew(page), { token_type: 'DPoP' })
    })

    const revoked = await page.evaluate(async () => {
      const user = await manager.getUser()
      const stored = user?.toStorageString() ?? ''
      await manager.revokeTokens()
      await manager.storeUser(oidc.User.fromStorageString(stored))
      return user?.refresh_token
    })
    t.match(revoked, /./)
    t.match(await errorOf(renew(page)), { message: /invalid_grant/ })
    t.equal(await signOutAt(page, BOUND), 'my farewell')
    t.strictSame(complaints, [])
  })

  await t.test('the page of an origin that nobody registered can read discovery, and nothing else', async (t) => {
    const { page } = await open(t)
    /** A grant that no server gives any more: with its answer, who can read an answer at all is known. */
    const askForTokens = async (host: string) => {
      await page.goto(`https://${host}/`)
      return page.evaluate(async () => {
        const { issuer } = await manager.metadataService.getMetadata()
        try {
          await manager.signinResourceOwnerCredentials({ username: 'ada', password: 'guess' })
          return { issuer, heard: 'tokens' }
        } catch (error) {
          return { issuer, heard: error instanceof oidc.ErrorResponse ? error.error : String(error) }
        }
      })
    }
    t.match(await askForTokens(PLAIN), { issuer: site.origin, heard: 'unsupported_grant_type' })
    t.match(await askForTokens(STRANGER), { issuer: site.origin, heard: 'TypeError: Failed to fetch' })
  })
})
