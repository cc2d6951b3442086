// The whole flow with a real browser on a phone-sized screen: the app opens a tab, a person logs in, the API answers.
import { mkdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import t from 'tap'
import { launchChromium, needsChromium } from '../../auth-server/test/support/chromium.ts'
import { listen } from '../../auth-server/test/support/site.ts'
import { DEMO } from '../demo/known.ts'
import { beginLogin, call } from './support/app.ts'
import { onEachGateway, testStack } from './support/gateways.ts'

/** With SCREENSHOTS=folder the pages are kept as pictures, to be looked at. */
const folder = process.env.SCREENSHOTS
if (folder) await mkdir(folder, { recursive: true })

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
    },
  )
  t.end()
})
