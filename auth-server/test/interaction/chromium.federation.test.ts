// Signing in by another provider in a real Chromium: the whole way there and back, and every page on it looked at.
import { createServer } from 'node:http'
import type { Page } from 'playwright-core'
import t from 'tap'
import { defineApi } from '../../src/catalogue/apis.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { LOCALES } from '../../src/pages/language.ts'
import { launchChromium, needsChromium } from '../support/chromium.ts'
import { expectFine } from '../support/looks.ts'
import { personAt } from '../support/person.ts'
import { openFormProvider } from '../support/samlify.ts'
import { API, USER } from '../support/server.ts'
import { listen, testSite } from '../support/site.ts'
import { catalogueOf, openUpstream } from '../support/upstream.ts'

t.setTimeout(300_000)

t.test('by another provider, at Chromium', needsChromium, async (t) => {
  const corp = await openUpstream(t, { tellsSid: true })
  const down = await openUpstream(t, { name: 'down' })
  const saml = await openFormProvider(t)
  const shop = `http://127.0.0.1:${await listen(t, createServer())}/check`
  const environment = await catalogueOf(t, {
    saml: { ...saml.settings, label: 'Form Corp' },
    corp: { ...corp.settings, email_domains: ['example.com'], logout: true },
    down: { ...down.settings, label: 'Down' },
    shop: { kind: 'http', label: 'Old Shop', url: shop, secret_variable: 'SHOP_SECRET' },
  })
  const site = await testSite(t, { ...environment, SHOP_SECRET: `whsec_${'a'.repeat(32)}` })
  await corp.serve(site.origin)
  saml.know((await site.app.inject('/federation/saml/metadata')).body)
  await down.close()
  const open = await launchChromium(t)
  const { visit, answer, arrive, press, success } = personAt(site.origin)

  t.test(
    'an answer that a page of another site posts finds the browser that began it, without our cookies on the way',
    async (t) => {
      const phone = await open(t, { locale: 'en' })
      const page = await visit(phone, {})
      t.match(await answer(page, () => press(page, LOCALES.en.federation.continueWith('Form Corp'))), success)
      t.strictSame([...phone.complaints], [])
    },
  )

  t.test('the form for a password leads on to a provider, by the address that was typed', async (t) => {
    corp.is({ sub: 'carl', name: 'Carl' })
    const phone = await open(t, { locale: 'en' })
    const page = await visit(phone, {})
    await page.getByLabel(LOCALES.en.signIn.email).fill('carl@example.com')
    t.match(await answer(page, () => press(page, LOCALES.en.signIn.button)), success)
    t.strictSame([...phone.complaints], [])
  })

  for (const locale of ['en', 'de'] as const)
    t.test(`there and back, linked and unlinked: ${locale}`, async (t) => {
      const { federation, signIn, account } = LOCALES[locale]
      const look = async (page: Page, name: string) => {
        const folder = process.env.SCREENSHOTS
        if (folder) await page.screenshot({ path: `${folder}/${name}-${locale}.png`, fullPage: true })
        await expectFine(t, page, locale)
      }
      const phone = await open(t, { locale })
      // Made by the provider: the app has its answer after one press.
      corp.is({ sub: `bob-${locale}`, name: 'Bob' })
      const page = await visit(phone, { ui_locales: locale })
      await look(page, 'sign-in')
      await defineApi(site.db, { ...API, signIn: { providers: ['corp', 'saml'] } }, OPERATOR)
      await look(await visit(await open(t, { locale }), { ui_locales: locale }), 'sign-in-narrow')
      await defineApi(site.db, API, OPERATOR)
      t.match(await answer(page, () => press(page, federation.continueWith('Example Corp'))), success)

      const failing = await visit(await open(t, { locale }), { ui_locales: locale, prompt: 'login' })
      const isKnown = (await failing.getByRole('button', { name: federation.continueWithDown('Down') }).count()) > 0
      await press(failing, isKnown ? federation.continueWithDown('Down') : federation.continueWith('Down'))
      await arrive(failing, federation.failedTitle('Down'))
      await look(failing, 'failed')
      await failing.getByRole('link', { name: federation.back }).click()
      await failing.getByRole('button', { name: federation.continueWithDown('Down') }).waitFor()
      await look(failing, 'sign-in-down')

      const typing = await visit(await open(t, { locale }), { ui_locales: locale })
      await press(typing, federation.continueWith('Old Shop'))
      await arrive(typing, federation.typed.title('Old Shop'))
      await look(typing, 'typed')

      // With the address of an account: proven by its password, asked, linked.
      corp.is({ sub: `ada-${locale}`, email: USER.email, email_verified: true })
      const owner = await open(t, { locale })
      const linking = await visit(owner, { ui_locales: locale })
      await press(linking, federation.continueWith('Example Corp'))
      await linking.getByText(USER.email).first().waitFor()
      await look(linking, 'sign-in-to-link')
      await linking.getByLabel(signIn.password).fill(USER.password)
      await press(linking, signIn.button)
      await arrive(linking, federation.link.title('Example Corp'))
      await look(linking, 'link')
      t.match(await answer(linking, () => press(linking, federation.link.button('Example Corp'))), success)

      // And in the account.
      const own = await owner.tab()
      await own.goto(`${site.origin}/account/security`)
      await own.getByText(federation.account.title).waitFor()
      await look(own, 'security')
      await own.goto(`${site.origin}/account/security/linked`)
      await arrive(own, federation.account.title)
      await look(own, 'linked')
      corp.is({ sub: `ada too-${locale}` })
      await press(own, federation.account.add('Example Corp'))
      await own.getByRole('listitem').nth(1).waitFor()
      await own.getByRole('link', { name: federation.account.remove }).first().click()
      await arrive(own, federation.account.removeTitle('Example Corp'))
      await look(own, 'unlink')
      await press(own, federation.account.removeButton('Example Corp'))
      await own.getByText(account.news.identityRemoved).waitFor()
      t.strictSame([...phone.complaints, ...owner.complaints], [])
      await site.db.deleteFrom('identities').where('person_id', '=', site.personId).execute()
    })

  for (const locale of ['en', 'de'] as const)
    t.test(`signed out there by who signs out here, and here by who signs out there: ${locale}`, async (t) => {
      const { federation, signOut, signIn } = LOCALES[locale]
      const phone = await open(t, { locale })
      const look = async (page: Page, name: string) => {
        await page.setViewportSize({ width: 390, height: 844 })
        const folder = process.env.SCREENSHOTS
        if (folder) await page.screenshot({ path: `${folder}/${name}-${locale}.png`, fullPage: true })
        await expectFine(t, page, locale)
      }
      const signInByCorp = async () => {
        corp.is({ sub: `eve-${locale}`, name: 'Eve' })
        const page = await visit(phone, { ui_locales: locale, prompt: 'login' })
        t.match(await answer(page, () => press(page, federation.continueWith('Example Corp'))), success)
      }
      const isSignedOut = async () => {
        const own = await phone.tab()
        await own.goto(`${site.origin}/account`)
        await arrive(own, signIn.title)
        await own.close()
      }

      await signInByCorp()
      const leaving = await phone.tab()
      await leaving.goto(`${site.origin}/logout?ui_locales=${locale}`)
      await arrive(leaving, signOut.title)
      await look(leaving, 'sign-out')
      await press(leaving, signOut.button)
      // The provider's own page asks as well, and leads back.
      await leaving.waitForURL(`${corp.origin}/**`)
      await leaving.locator('button[value=yes]').click()
      await arrive(leaving, signOut.doneTitle)
      t.ok(leaving.url().startsWith(`${site.origin}/federation/corp/logout?`))
      await look(leaving, 'signed-out')
      await leaving.reload()
      await arrive(leaving, signOut.overTitle)
      await look(leaving, 'sign-out-over')
      await isSignedOut()

      // From there, while nothing of ours is open.
      await signInByCorp()
      const there = await phone.tab()
      await there.goto(`${corp.origin}/session/end`)
      await there.locator('button[value=yes]').click()
      await there.waitForURL(`${corp.origin}/session/end/success**`)
      await isSignedOut()
    })
})
