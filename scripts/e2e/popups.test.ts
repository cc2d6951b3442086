// Pages that open the login as a popup, unmodified: oidc-client-ts 2 and 3, and Swagger UI, each from the tap to the API's answer.

import { readFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { registerApplication } from '../../auth-server/src/catalogue/applications.ts'
import { subscribe } from '../../auth-server/src/catalogue/subscriptions.ts'
import { OPERATOR } from '../../auth-server/src/identity/administration/authority.ts'
import { openDatabase } from '../../auth-server/src/store/database.ts'
import { launchChromium, needsChromium } from '../../auth-server/test/support/chromium.ts'
import { selfSigned } from '../../auth-server/test/support/self-signed.ts'
import { listen } from '../../auth-server/test/support/site.ts'
import { DEMO } from '../demo/known.ts'
import type { Stack } from '../stack/stack-options.ts'
import { onEachGateway, testStack } from './support/gateways.ts'

// The global of the page, for what runs in it.
declare const manager: import('oidc-client-ts').UserManager

const HOST = 'console.example.com'
const CLIENT_ID = 'console'
const VERSIONS = { 2: 'oidc-client-ts-2', 3: 'oidc-client-ts' } as const

function libraryOf(name: string): URL {
  return new URL('../browser/oidc-client-ts.min.js', import.meta.resolve(name))
}
function swaggerFile(name: string): URL {
  return new URL(name, import.meta.resolve('swagger-ui-dist/package.json'))
}

function html(body: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,">${body}`
}

/** A page with a UserManager; in the popup that came back, it hands the answer to the page that opened it. */
function clientPage(issuer: string, version: string): string {
  const settings = {
    authority: issuer,
    client_id: CLIENT_ID,
    redirect_uri: `https://${HOST}/callback-${version}`,
    scope: 'openid orders:read',
  }
  return html(`<script src="/oidc-${version}.js"></script><script>
  const manager = new oidc.UserManager(${JSON.stringify(settings)})
  if (location.pathname.startsWith('/callback')) void manager.signinPopupCallback()
</script><p>Ready.`)
}

const swaggerPage = html(`<link rel="stylesheet" href="/swagger-ui.css"><div id="ui"></div>
<script src="/swagger-ui-bundle.js"></script><script>
  const ui = SwaggerUIBundle({ url: '/openapi.json', dom_id: '#ui', oauth2RedirectUrl: 'https://${HOST}/oauth2-redirect.html' })
  ui.initOAuth({ clientId: '${CLIENT_ID}', scopes: 'orders:read', usePkceWithAuthorizationCodeGrant: true })
</script>`)

function openApi(issuer: string): string {
  return JSON.stringify({
    openapi: '3.0.3',
    info: { title: 'Orders', version: '1' },
    servers: [{ url: '/' }],
    components: {
      securitySchemes: {
        login: {
          type: 'oauth2',
          flows: {
            authorizationCode: {
              authorizationUrl: `${issuer}/authorize`,
              tokenUrl: `${issuer}/token`,
              scopes: { 'orders:read': 'See your orders' },
            },
          },
        },
      },
    },
    paths: {
      '/mobile/echo': {
        get: {
          security: [{ login: ['orders:read'] }],
          responses: { 200: { description: 'What the backend received' } },
        },
      },
    },
  })
}

/** The developer's site: its pages, and the API below the same origin, as behind one load balancer. Returns its port. */
async function consoleSite(t: Test, { urls }: Stack): Promise<number> {
  const files: Record<string, readonly [type: string, content: string | Buffer]> = {
    '/docs': ['text/html', swaggerPage],
    '/openapi.json': ['application/json', openApi(urls.issuer)],
  }
  for (const [version, name] of Object.entries(VERSIONS)) {
    files[`/oidc-${version}.js`] = ['text/javascript', await readFile(libraryOf(name))]
    for (const path of ['app', 'callback'])
      files[`/${path}-${version}`] = ['text/html', clientPage(urls.issuer, version)]
  }
  for (const [name, type] of [
    ['oauth2-redirect.html', 'text/html'],
    ['swagger-ui-bundle.js', 'text/javascript'],
    ['swagger-ui.css', 'text/css'],
  ] as const)
    files[`/${name}`] = [type, await readFile(swaggerFile(name))]
  const server = createServer(selfSigned(HOST), async (request, response) => {
    const [path = ''] = (request.url ?? '').split('?')
    const [type, content] = files[path] ?? []
    if (type !== undefined) return response.setHeader('content-type', type).end(content)
    const authorization = request.headers.authorization ?? ''
    const answer = await fetch(`${urls.gateway}${request.url}`, { headers: { authorization } })
    return response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text())
  })
  return listen(t, server)
}

async function registerConsole({ databaseUrl, urls }: Pick<Stack, 'databaseUrl' | 'urls'>): Promise<void> {
  const db = openDatabase(databaseUrl, () => {}, { connections: 1 })
  const applicationId = await registerApplication(
    db,
    {
      clientId: CLIENT_ID,
      name: 'Developer console',
      kind: 'browser',
      redirectUris: ['callback-2', 'callback-3', 'oauth2-redirect.html'].map((path) => `https://${HOST}/${path}`),
    },
    urls.issuer,
    OPERATOR,
  )
  const scopes = Object.keys(DEMO.scopes)
  await subscribe(db, { applicationId, apiId: DEMO.apiId, plan: DEMO.plan, scopes, trusted: true }, OPERATOR)
  await db.destroy()
}

/** The popup that `act` opens, in which the person signs in; it closes itself. */
async function signInByPopup(page: Page, act: () => Promise<unknown>): Promise<void> {
  const [popup] = await Promise.all([page.waitForEvent('popup'), act()])
  const closed = popup.waitForEvent('close')
  await popup.fill('input[name=email]', DEMO.email)
  await popup.fill('input[name=password]', DEMO.password)
  await popup.click('button[type=submit]')
  await closed
}

t.test('with a browser', needsChromium, (t) => {
  onEachGateway(t, 'popups end where they began, with tokens that the API takes', async (t, kind) => {
    const stack = await testStack(t, kind)
    await registerConsole(stack)
    const open = await launchChromium(t, { [HOST]: await consoleSite(t, stack) })

    for (const version of Object.keys(VERSIONS))
      await t.test(`oidc-client-ts ${version}: signinPopup`, async (t) => {
        const page = await (await open(t, { ignoreHTTPSErrors: true })).tab()
        await page.goto(`https://${HOST}/app-${version}`)
        const outcome = page.evaluate(async () => {
          const user = await manager.signinPopup()
          const { status } = await fetch('/mobile/echo', { headers: { authorization: `Bearer ${user.access_token}` } })
          return { status, scope: user.scope, subject: user.profile.sub }
        })
        await signInByPopup(page, async () => {})
        t.match(await outcome, { status: 200, scope: 'openid orders:read', subject: /^usr_/ })
      })

    await t.test('Swagger UI: Authorize, then Execute', async (t) => {
      const phone = await open(t, { ignoreHTTPSErrors: true, viewport: { width: 1280, height: 900 } })
      const page = await phone.tab()
      await page.goto(`https://${HOST}/docs`)
      await page.locator('.auth-wrapper .authorize').first().click()
      await signInByPopup(page, () => page.locator('.modal-ux .modal-btn.authorize').click())
      await page.locator('.modal-ux').getByText('Logout').waitFor()
      await page.locator('.modal-ux .btn-done').click()
      await page.locator('.opblock-summary-control').first().click()
      await page.getByRole('button', { name: 'Try it out' }).click()
      await page.getByRole('button', { name: 'Execute' }).click()
      t.match(await page.locator('.live-responses-table').innerText(), /x-authenticated-userid/)
      t.strictSame(phone.complaints, [])
    })
  })
  t.end()
})
