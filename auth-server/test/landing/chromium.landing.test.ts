// The pages at `/` in Chromium: everybody can use them, in both languages, light and dark, small and large.
import t from 'tap'
import { launchChromium, needsChromium } from '../support/chromium.ts'
import { expectFine } from '../support/looks.ts'
import { testSite } from '../support/site.ts'

t.setTimeout(120_000)

t.test('the pages at /', needsChromium, async (t) => {
  const open = await launchChromium(t)
  const demo = {
    clientId: 'demo-app',
    redirectUris: ['com.example.demo:/callback'],
    email: 'demo@example.com',
    password: 'secret',
  }
  const here = 'http://127.0.0.1:9'
  const stack = {
    gateway: here,
    api: here,
    resource: `${here}/mobile`,
    pluginSocket: '/nowhere',
    commandPrefix: '',
    demo,
  }
  const sites = {
    developer: await testSite(t, { DEVELOPMENT: 'true', DEVELOPMENT_STACK: JSON.stringify(stack) }),
    people: await testSite(t, { OPERATOR_NAME: 'Acme' }),
  }
  for (const [who, { origin, app }] of Object.entries(sites))
    for (const language of ['en', 'de'])
      await t.test(`${who}, ${language}`, async (t) => {
        const phone = await open(t, { locale: language })
        const page = await phone.tab()
        await app.inject('/authorize')
        await page.goto(`${origin}/`)
        await expectFine(t, page, language)
        t.strictSame(phone.complaints, [])
      })
})
