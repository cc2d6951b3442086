// A registration form in a real browser, in German on a phone: from sign-up to the token, and changed in the account; every page looked at.
import type { RegistrationForm } from '@mobile-api-gateway/sdk/contract/registration-form.ts'
import { decodeJwt } from 'jose'
import type { Page } from 'playwright-core'
import t from 'tap'
import { defineApi } from '../../src/catalogue/apis.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { DE } from '../../src/pages/locales/de.ts'
import { EN } from '../../src/pages/locales/en.ts'
import { violationsOf } from '../support/axe.ts'
import { launchChromium, needsChromium } from '../support/chromium.ts'
import { openMailbox } from '../support/mailbox.ts'
import { shortcomingsOf } from '../support/page-facts.ts'
import { personAt } from '../support/person.ts'
import { pkcePair, redeem, refresh } from '../support/phone.ts'
import { API } from '../support/server.ts'
import { testSite } from '../support/site.ts'

t.setTimeout(120_000)

function both(en: string, de: string) {
  return { en, de }
}
const scope = 'orders:read'

/** A field of each type. */
const FORM: RegistrationForm = {
  fields: [
    { name: 'given', type: 'text', label: both('First name', 'Vorname'), claim: 'given_name' },
    { name: 'motto', type: 'text', max: 40, required: false, label: both('Motto', 'Wahlspruch'), scope },
    { name: 'contact', type: 'email', required: false, label: both('Address of the club', 'Adresse des Vereins') },
    { name: 'mobile', type: 'phone', required: false, label: both('Mobile phone', 'Mobiltelefon') },
    { name: 'joined', type: 'date', required: false, label: both('Member since', 'Mitglied seit') },
    {
      name: 'adult',
      type: 'age-at-least',
      age: 18,
      label: both('Date of birth', 'Geburtsdatum'),
      help: both('We sell knives.', 'Wir verkaufen auch Messer und Werkzeug mit Klingen.'),
      in_access_token: true,
      scope,
    },
    {
      name: 'club',
      type: 'choice',
      label: both('Club', 'Verein'),
      options: [
        { value: 'chess', label: both('Chess club', 'Schachverein') },
        { value: 'go', label: both('Go', 'Go') },
      ],
      in_access_token: true,
    },
    {
      name: 'days',
      type: 'choices',
      label: both('Days', 'Tage, an denen Sie kommen'),
      help: both('One at least', 'Wenigstens einer'),
      options: [
        { value: 'mo', label: both('Monday', 'Montag') },
        { value: 'tu', label: both('Tuesday', 'Dienstag') },
      ],
      scope,
    },
    { name: 'country', type: 'country', label: both('Country', 'Land'), in_access_token: true },
    { name: 'size', type: 'number', min: 35, max: 50, label: both('Shoe size', 'Schuhgröße'), scope },
    { name: 'news', type: 'checkbox', required: false, label: both('Send me news', 'Neuigkeiten zusenden'), scope },
    {
      name: 'terms',
      type: 'terms',
      version: '2026-11',
      link: 'https://example.com/agb',
      label: both('the terms', 'die Bedingungen'),
    },
  ],
}

t.test('a form in German on a phone: sign-up, form, problems, tokens, account', needsChromium, async (t) => {
  const mailbox = await openMailbox(t)
  const site = await testSite(t, mailbox.environment)
  await defineApi(site.db, { ...API, registration: FORM }, OPERATOR)
  const { visit, answer, arrive, press, success } = personAt(site.origin)
  const open = await launchChromium(t)
  const phone = await open(t, { locale: 'de-AT' })
  const { registration, claims, account } = DE

  const look = async (page: Page, name: string, language = 'de') => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      t.strictSame(await page.evaluate(shortcomingsOf, language), [], `${name}: ${colorScheme}`)
      t.strictSame(await violationsOf(page), [], `${name}: ${colorScheme}`)
    }
    await page.emulateMedia({ colorScheme: 'light' })
    const folder = process.env.SCREENSHOTS
    if (folder) await page.screenshot({ path: `${folder}/registration-${name}-${language}.png`, fullPage: true })
  }

  const { verifier, challenge } = pkcePair()
  const page = await visit(phone, { scope: 'openid profile orders:read' }, challenge)
  await page.getByRole('link', { name: 'Konto anlegen', exact: true }).click()
  await page.getByLabel('E-Mail-Adresse').fill('eva@example.com')
  await press(page, 'Nachricht senden')
  await arrive(page, 'Sehen Sie in Ihre E-Mails')
  const [mail] = await mailbox.deliver(site)
  await page.getByLabel('Sechsstelliger Code').fill(mail?.code ?? '')
  await press(page, 'Weiter')
  await page.getByLabel('Neues Passwort').fill('seven green lanterns')
  await press(page, 'Konto anlegen')

  const title = registration.title(API.name)
  await arrive(page, title)
  await look(page, 'form')
  await page.getByLabel('Vorname', { exact: true }).fill('Eva')
  await page.getByLabel(registration.optional('Mobiltelefon')).fill('keins')
  await page.getByLabel('Geburtsdatum').fill('2020-02-29')
  await page.getByLabel('Verein', { exact: true }).selectOption('Schachverein')
  await page.getByLabel('Land', { exact: true }).selectOption('AT')
  await page.getByLabel('Schuhgröße').fill('99')
  await page.getByLabel(registration.terms('die Bedingungen'), { exact: true }).check()
  await press(page, account.parts.save)
  await page.getByRole('alert').waitFor()
  await look(page, 'problems')
  const problemOf = async (label: string | RegExp) =>
    page.getByLabel(label).evaluate((input) => {
      const ids = (input.getAttribute('aria-describedby') ?? '').split(' ')
      const [problem] = ids.map((id) => document.getElementById(id)).filter((one) => one?.matches('.field-problem'))
      return { told: problem?.textContent, isWrong: input.getAttribute('aria-invalid') === 'true' }
    })
  const wrong = (told: string) => ({ told, isWrong: true })
  t.strictSame(await problemOf('Geburtsdatum'), wrong(registration.problems.young('Geburtsdatum', 18)))
  t.strictSame(await problemOf('Schuhgröße'), wrong(registration.problems.number('Schuhgröße', 35, 50)))
  t.strictSame(await problemOf(/^Mobiltelefon/), wrong(claims.problems.phone('Mobiltelefon')))
  t.strictSame(await problemOf('Vorname'), { told: undefined, isWrong: false })
  const summary = page.getByRole('alert')
  await summary.getByText(registration.problems.missing('Tage, an denen Sie kommen')).click()
  t.equal(new URL(page.url()).hash, '#answer.days', 'the summary leads to the question')
  t.equal(await page.getByLabel('Schuhgröße').inputValue(), '99', 'what was typed stays')

  await page.getByLabel('Geburtsdatum').fill('1990-02-28')
  await page.getByLabel('Dienstag').check()
  await page.getByLabel('Schuhgröße').fill('41')
  await page.getByLabel(registration.optional('Mobiltelefon')).fill('')
  const { code = '', ...came } = await answer(page, () => press(page, account.parts.save))
  t.match({ ...came, code }, success)

  const tokens = (await redeem(site.app, code, verifier)).json()
  const inAccess = { adult: true, club: 'chess', country: 'AT' }
  const byScope = { adult: true, days: ['tu'], size: 41, news: false }
  t.match(decodeJwt(tokens.access_token), inAccess)
  for (const name of ['given_name', 'birthdate', 'days', 'size', 'news', 'terms', 'mobile', 'contact'])
    t.notOk(name in decodeJwt(tokens.access_token), name)
  t.match(decodeJwt(tokens.id_token), byScope)
  t.notOk('club' in decodeJwt(tokens.id_token))
  const userinfo = await site.app.inject({
    url: '/userinfo',
    headers: { authorization: `Bearer ${tokens.access_token}` },
  })
  t.match(userinfo.json(), { ...byScope, given_name: 'Eva' })
  t.notMatch(JSON.stringify(await site.db.selectFrom('registrations').selectAll().execute()), '1990', 'no date is kept')

  // The tab of the visit is the app's now.
  const mine = await phone.tab()
  await mine.goto(`${site.origin}/account/profile`)
  await arrive(mine, account.sections.profile.title)
  await mine.getByText(registration.key(API.name)).waitFor()
  await look(mine, 'profile')
  await mine.getByRole('link', { name: `${account.parts.change}: ${registration.key(API.name)}` }).click()
  await arrive(mine, registration.key(API.name))
  await look(mine, 'answers')
  t.equal(await mine.getByLabel('Verein', { exact: true }).inputValue(), 'chess')
  t.ok(await mine.getByLabel('Dienstag').isChecked())
  t.equal(await mine.getByLabel('Geburtsdatum').count(), 0, 'nobody says once more how old they are')
  await mine.getByLabel('Schuhgröße').fill('12')
  await press(mine, account.parts.save)
  await mine.getByRole('alert').waitFor()
  await look(mine, 'answers-problems')
  await mine.getByLabel('Schuhgröße').fill('42')
  await mine.getByLabel('Verein', { exact: true }).selectOption('Go')
  await press(mine, account.parts.save)
  await mine.getByRole('status').waitFor()
  await look(mine, 'saved')
  t.match(decodeJwt((await refresh(site.app, tokens.refresh_token)).json().access_token), inAccess, 'kept in the login')
  await mine.getByRole('link', { name: `${account.parts.change}: ${registration.key(API.name)}` }).click()
  await mine.getByRole('link', { name: registration.withdraw }).click()
  await arrive(mine, registration.withdrawTitle(API.name))
  await look(mine, 'withdraw')

  const next = pkcePair()
  const again = await visit(phone, { scope: 'openid orders:read' }, next.challenge)
  const later = await answer(again, () => press(again, DE.continue.button('eva@example.com')))
  t.match(later, { code: /./ })
  const then = (await redeem(site.app, later.code ?? '', next.verifier)).json()
  t.match(decodeJwt(then.access_token), { ...inAccess, club: 'go' })
  t.match(decodeJwt(then.id_token), { ...byScope, size: 42 })

  // The same in English, and the details that a form starts with.
  for (const [language, texts] of [
    ['de', DE],
    ['en', EN],
  ] as const) {
    const tab = await phone.tab()
    await site.db.updateTable('people').set({ language }).execute()
    for (const group of ['names', 'person', 'links', 'phone', 'address'] as const) {
      await tab.goto(`${site.origin}/account/profile/details/${group}`)
      await arrive(tab, texts.claims.groups[group].title)
      await look(tab, `details-${group}`, language)
    }
    await tab.goto(`${site.origin}/account/profile`)
    await look(tab, 'profile', language)
    await tab.goto(`${site.origin}/account/profile/registrations/${API.id}`)
    await look(tab, 'answers', language)
  }
  const last = await phone.tab()
  await last.goto(`${site.origin}/account/profile/registrations/${API.id}/withdraw`)
  await look(last, 'withdraw', 'en')
  await press(last, EN.registration.withdraw)
  await last.getByRole('status').waitFor()
  const anew = await visit(phone, { scope: 'openid orders:read', ui_locales: 'en' })
  await arrive(anew, EN.registration.title(API.name))
  await look(anew, 'form', 'en')
  await anew.getByLabel('Date of birth').fill('2020-02-29')
  for (const [label, value] of [
    ['Club', 'chess'],
    ['Country', 'AT'],
  ] as const)
    await anew.getByLabel(label, { exact: true }).selectOption(value)
  await anew.getByLabel('Shoe size').fill('99')
  await anew.getByLabel(EN.registration.terms('the terms'), { exact: true }).check()
  await press(anew, EN.account.parts.save)
  await anew.getByRole('alert').waitFor()
  await look(anew, 'problems', 'en')
  t.strictSame(phone.complaints, [])
})
