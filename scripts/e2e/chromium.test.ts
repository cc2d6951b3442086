// The whole flow with a real browser on a phone-sized screen: the app opens a tab, a person logs in, the API answers; and the page that plays it.
import { mkdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { launchChromium, needsChromium } from '../../auth-server/test/support/chromium.ts'
import { expectFine } from '../../auth-server/test/support/looks.ts'
import { listen } from '../../auth-server/test/support/site.ts'
import { DEMO } from '../demo/known.ts'
import type { GatewayKind, Stack } from '../stack/stack-options.ts'
import { beginLogin, call } from './support/app.ts'
import { onEachGateway, testStack } from './support/gateways.ts'

/** With SCREENSHOTS=folder the pages are kept as pictures, to be looked at. */
const folder = process.env.SCREENSHOTS
if (folder) await mkdir(folder, { recursive: true })

interface Trial {
  readonly stack: Stack
  readonly open: Awaited<ReturnType<typeof launchChromium>>
  readonly kind: GatewayKind
}

/** From the page at `/`: the app's sign-in, with the real pages in a tab of their own, and calls that count the quota down. */
async function tryIt(t: Test, { stack, open, kind }: Trial): Promise<void> {
  const picture = (tab: Page, name: string) =>
    folder ? tab.screenshot({ path: `${folder}/try-${name}-${kind}.png`, fullPage: true }) : undefined
  const phone = await open(t)
  const tab = await phone.tab()
  await tab.goto(`${stack.urls.issuer}/`)
  await tab.click('a[href="/try"]')
  await picture(tab, 'begin')
  await tab.click('button:text("Try to sign in")')
  await tab.waitForSelector('.wire')
  await picture(tab, 'prepared')
  const [pages] = await Promise.all([tab.context().waitForEvent('page'), tab.click('a[target=_blank]')])
  await pages.fill('input[name=email]', DEMO.email)
  await pages.fill('input[name=password]', DEMO.password)
  await pages.click('button[type=submit]')
  await pages.waitForSelector('h1:text("Back in the app")')
  await picture(pages, 'done')
  // The first tab is not reloaded: its script follows.
  await tab.bringToFront()
  await tab.waitForSelector('text=The access token, decoded', { timeout: 20_000 })
  const remaining: number[] = []
  for (let count = 1; count <= 2; count++) {
    await tab.fill('input[name=path]', '/echo')
    await tab.click('button:text("Call")')
    await tab.waitForSelector(`h3:text("The app calls the API") >> nth=${count - 1}`)
    const shown = await tab
      .locator('dt:has(code:text-is("ratelimit-remaining")) + dd')
      .nth(count - 1)
      .innerText()
    remaining.push(Number(shown))
  }
  t.equal(remaining[1], (remaining[0] ?? 0) - 1, `the quota counts down: ${remaining}`)
  t.match(await tab.locator('h4:text("What the backend received") + dl').first().innerText(), /X-Authenticated-UserId/)
  t.notMatch(await tab.content(), /eyJ[\w-]+\.[\w-]+\.[\w-]+/)
  await picture(tab, 'called')
  await expectFine(t, tab, 'en')
  await tab.setViewportSize({ width: 1280, height: 900 })
  await picture(tab, 'desktop')
  t.strictSame(phone.complaints, [])

  const german = await open(t, { locale: 'de' })
  const versuch = await german.tab()
  await versuch.goto(`${stack.urls.issuer}/try`)
  await versuch.click('button:text("Anmeldung ausprobieren")')
  await versuch.waitForSelector('.wire')
  await picture(versuch, 'german')
  await expectFine(t, versuch, 'de')
  t.strictSame(german.complaints, [])
}

t.test('with a browser', needsChromium, (t) => {
  onEachGateway(
    t,
    'log in, come back by custom scheme, then by loopback with one press, and call the API',
    async (t, kind) => {
      const [stack, open] = await Promise.all([testStack(t, kind), launchChromium(t)])
      const phone = await open(t)

      const scheme = await beginLogin(stack)
      const tab = await phone.tab()
      await tab.goto(scheme.address)
      if (folder) await tab.screenshot({ path: `${folder}/login-${kind}.png` })
      await tab.fill('input[name=email]', DEMO.email)
      await tab.fill('input[name=password]', DEMO.password)
      const [toApp] = await Promise.all([
        tab.waitForRequest((request) => request.url().startsWith('com.example.demo:')),
        tab.click('button[type=submit]'),
      ])
      const tokens = await scheme.redeem(toApp.url())
      t.equal((await call(stack, tokens.access_token)).status, 200)

      const heard: string[] = []
      const port = await listen(
        t,
        createServer((request, response) => {
          heard.push(request.url ?? '')
          response.end('Back to the app.')
        }),
      )
      const loopback = await beginLogin(stack, { redirectUri: `http://127.0.0.1:${port}/callback` })
      const second = await phone.tab()
      await second.goto(loopback.address)
      t.match(await second.title(), /Demo app/, 'a session alone does not let an app in')
      if (folder) await second.screenshot({ path: `${folder}/continue-${kind}.png` })
      await second.click('button[type=submit]')
      await second.waitForURL(`http://127.0.0.1:${port}/callback**`)
      const again = await loopback.redeem(`http://127.0.0.1:${port}${heard.find((url) => url.startsWith('/callback'))}`)
      t.equal((await call(stack, again.access_token)).status, 200)
      t.same(phone.complaints, [])
      if (kind === 'embedded') await tryIt(t, { stack, open, kind })
    },
  )
  t.end()
})
