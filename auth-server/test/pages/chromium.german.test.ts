// Everybody can use the German pages as well, whose words are longer: on the smallest screen, and with text twice as big.
import type { Page } from 'playwright-core'
import t from 'tap'
import { DE } from '../../src/pages/locales/de.ts'
import { launchChromium, needsChromium } from '../support/chromium.ts'
import { shortcomingsOf } from '../support/page-facts.ts'
import { personAt } from '../support/person.ts'
import { USER } from '../support/server.ts'
import { testSite } from '../support/site.ts'

t.setTimeout(120_000)

t.test('German at Chromium', needsChromium, async (t) => {
  const open = await launchChromium(t)
  const site = await testSite(t, { OPERATOR_NAME: 'Stadtwerke', OPERATOR_TERMS_URL: 'https://example.com/agb' })
  const { visit, press, arrive, answer } = personAt(site.origin)
  const client = { client_id: 'app', redirect_uri: 'com.example.app:/cb', scope: 'openid offline_access orders:read' }
  await site.register({ clientId: 'app', name: 'Fahrplan', redirectUris: [client.redirect_uri] }, { trusted: false })

  const audit = async (page: Page, heading: string, name: string) => {
    await arrive(page, heading)
    for (const colorScheme of ['light', 'dark'] as const)
      for (const [width, percent] of [
        [320, 100],
        [390, 200],
        [1280, 100],
      ] as const) {
        await page.emulateMedia({ colorScheme })
        await page.setViewportSize({ width, height: 844 })
        await page.evaluate((size) => document.documentElement.style.setProperty('font-size', size), `${percent}%`)
        t.strictSame(
          await page.evaluate(shortcomingsOf, 'de'),
          [],
          `${name}: ${colorScheme}, ${width} px, ${percent} %`,
        )
      }
    if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/german-${name}.png` })
  }
  const signIn = async (page: Page, password: string) => {
    await page.getByLabel(DE.signIn.email).fill(USER.email)
    await page.getByLabel(DE.signIn.password).fill(password)
    await press(page, DE.signIn.button)
  }

  const phone = await open(t, { locale: 'de-AT' })
  const first = await visit(phone, client)
  await audit(first, DE.signIn.title, 'sign-in')
  await signIn(first, 'not this one')
  await first.getByRole('alert').waitFor()
  t.equal(await first.getByRole('alert').innerText(), DE.signIn.problems.noMatch)
  await audit(first, DE.signIn.title, 'sign-in-problem')
  await signIn(first, USER.password)
  await audit(first, DE.consent.title('Fahrplan'), 'consent')
  t.match(await answer(first, () => press(first, DE.consent.button), client.redirect_uri), { code: /./ })
  const done = await phone.tab()
  await done.goto(first.url())
  await audit(done, DE.ended.doneTitle, 'done')
  await audit(await visit(phone, client), DE.continue.title('Fahrplan'), 'continue')
  const leaving = await phone.tab()
  await leaving.goto(`${site.origin}/logout?client_id=app`)
  await audit(leaving, DE.signOut.title, 'sign-out')
  await press(leaving, DE.signOut.button)
  await audit(leaving, DE.signOut.doneTitle, 'signed-out')
  const other = await (await open(t, { locale: 'de-AT' })).tab()
  await other.goto((await visit(phone, client)).url())
  await audit(other, DE.ended.elsewhereTitle, 'elsewhere')
  await audit(await visit(phone, { redirect_uri: 'com.example.thief:/cb' }), DE.error.title, 'error')
  t.strictSame(phone.complaints, [])
})
