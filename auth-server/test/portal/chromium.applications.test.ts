// The portal's pages of applications in a real Chromium: everybody can use each of them, in each language; and a phone registers an app.
import { generateKeyPairSync } from 'node:crypto'
import t from 'tap'
import { definePortalOf } from '../../src/portal/index.ts'
import { insertRole } from '../../src/store/tables/person-roles.ts'
import { violationsOf } from '../support/axe.ts'
import { launchChromium, needsChromium } from '../support/chromium.ts'
import { expectFine } from '../support/looks.ts'
import { personAt } from '../support/person.ts'
import { testSite } from '../support/site.ts'

t.setTimeout(240_000)

t.test('applications at Chromium', needsChromium, async (t) => {
  const open = await launchChromium(t)
  const site = await testSite(t, { VISITS_PER_MINUTE: '1000' })
  const { db, origin, personId } = site
  await definePortalOf(origin, db)
  await db.transaction().execute((trx) => insertRole(trx, { personId, role: 'developer', apiId: null }))
  const { press, arrive, signIn } = personAt(origin)
  const phone = await open(t)
  const page = await phone.tab()

  await page.goto(`${origin}/portal/applications`)
  await signIn(page)
  await arrive(page, 'Applications')
  t.strictSame(await violationsOf(page), [])

  t.test('a phone registers an app by its questions, goes back, reloads, and copies the client ID', async (t) => {
    await page.setViewportSize({ width: 360, height: 740 })
    await page.getByRole('link', { name: 'New application' }).click()
    await page.getByLabel('Name').fill('Field notes')
    await press(page, 'Continue')
    await arrive(page, 'What kind of application is it?')
    await page.goBack()
    await page.goForward()
    await page.getByLabel(/App on a phone/).check()
    await press(page, 'Continue')
    await page.getByLabel('Redirect URI').fill('http://localhost/callback')
    await press(page, 'Continue')
    await page.getByRole('alert').waitFor()
    t.strictSame(await violationsOf(page), [])
    await page.getByLabel('Redirect URI').fill('com.example.notes:/callback')
    await press(page, 'Continue')
    await arrive(page, 'Register it like this?')
    await page.reload()
    await press(page, 'Register application')
    await arrive(page, 'An API for Field notes')
    t.strictSame(await violationsOf(page), [])
    await page.getByRole('link', { name: 'Field notes', exact: true }).click()
    await arrive(page, 'Field notes')
    await page.getByRole('button', { name: 'Copy' }).click()
    await page.getByText('Copied').waitFor()
  })

  t.test('everybody can use each page, in each language', async (t) => {
    const own = new URL(page.url()).pathname
    const answers = new URLSearchParams({ name: 'Robot', kind: 'machine' })
    await page.goto(`${origin}/portal/new-application?${answers}`)
    await press(page, 'Register application')
    await arrive(page, 'The application is registered')
    t.strictSame(await violationsOf(page), [])
    await page.getByRole('link', { name: 'Go to the application' }).click()
    const machine = new URL(page.url()).pathname
    t.strictSame(await violationsOf(page), [])
    await page.goto(`${origin}${machine}/secrets`)
    t.strictSame(await violationsOf(page), [])
    await page.goto(`${origin}${machine}/keys`)
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    await page.getByLabel('Public keys (JWK Set)').fill(JSON.stringify(publicKey.export({ format: 'jwk' })))
    await press(page, 'End the secrets, use these keys')
    await arrive(page, 'Robot')
    const urls = [
      `${machine}/keys`,
      own,
      `${own}/addresses/redirect_uris`,
      `${own}/phones`,
      `${own}/logo`,
      `${own}/people`,
      `${own}/delete`,
      '/portal/new-application?name=Robot',
    ]
    for (const language of ['en', 'de']) {
      await db.updateTable('people').set({ language }).execute()
      for (const url of urls) {
        await page.goto(origin + url)
        await page.setViewportSize({ width: language === 'en' ? 360 : 1280, height: 740 })
        await page.emulateMedia({ colorScheme: language === 'en' ? 'light' : 'dark' })
        const isTooWide = () => document.documentElement.scrollWidth > document.documentElement.clientWidth
        t.equal(await page.evaluate(isTooWide), false, url)
        t.strictSame(await violationsOf(page), [], `${language} ${url}`)
      }
    }
    t.strictSame(phone.complaints, [])
  })

  t.test('what a check of app links found can be read by everybody, in each language', async (t) => {
    await db.updateTable('people').set({ language: 'en' }).execute()
    await page.goto(`${origin}/portal/applications`)
    await page.getByRole('link', { name: 'Field notes', exact: true }).click()
    await page.getByRole('link', { name: 'App links, passkeys and attestation' }).click()
    await page.getByLabel('Package').fill('com.example.notes')
    await page.getByLabel('SHA-256 of its certificates').fill('ab'.repeat(32))
    await page.getByLabel('Team ID').fill('ABCDE12345')
    await page.getByLabel('Bundle ID').fill('com.example.notes')
    await press(page, 'Save')
    await arrive(page, 'Field notes')
    await db.updateTable('app_identities').set({ confirmed_at: new Date() }).execute()
    for (const [language, button] of [
      ['en', 'Check now'],
      ['de', 'Jetzt prüfen'],
    ] as const) {
      await db.updateTable('people').set({ language }).execute()
      await page.getByRole('link', { name: /^App.[Ll]inks, / }).click()
      await press(page, button)
      await page.getByRole('status').waitFor()
      await expectFine(t, page, language)
      await page.getByRole('link', { name: 'Field notes', exact: true }).click()
    }
    t.strictSame(phone.complaints, [])
  })
})
