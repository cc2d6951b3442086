// A guest who wants an account, in a real Chromium: the page says what it is about, and everybody can use it.
import t from 'tap'
import { LOCALES } from '../../src/pages/language.ts'
import { launchChromium, needsChromium } from '../support/chromium.ts'
import { admitGuests, Device, GUEST_APP } from '../support/device.ts'
import { expectFine } from '../support/looks.ts'
import { openMailbox } from '../support/mailbox.ts'
import { personAt } from '../support/person.ts'
import { pkcePair } from '../support/phone.ts'
import { USER } from '../support/server.ts'
import { testSite } from '../support/site.ts'

t.setTimeout(240_000)

t.test('a guest who wants an account, at Chromium', needsChromium, async (t) => {
  const open = await launchChromium(t)
  const mailbox = await openMailbox(t)
  const site = await testSite(t, mailbox.environment)
  await admitGuests(site)
  const { press, arrive, answer } = personAt(site.origin)
  const device = await Device.create(site.app, { issuer: site.config.issuer })
  await device.register({ device_name: 'Pixel of Ada' })
  const address = async () => {
    const { request_uri } = (await device.push(pkcePair().challenge)).json()
    return `${site.origin}/authorize?${new URLSearchParams({ client_id: GUEST_APP.clientId, request_uri })}`
  }

  for (const locale of ['en', 'de'] as const)
    t.test(`both ways on: ${locale}`, async (t) => {
      const { guest, signIn, mailProof } = LOCALES[locale]
      const phone = await open(t, { locale })
      const page = await phone.tab()
      await page.goto(await address())
      await arrive(page, guest.title('Notes'))
      t.match(await page.innerText('main'), /Pixel of Ada/)
      await expectFine(t, page, locale)
      await press(page, guest.signUp)
      await arrive(page, mailProof.ask['sign-up'].title)
      await page.goto(await address())
      await press(page, guest.signIn)
      await arrive(page, signIn.title)
      t.strictSame(phone.complaints, [])
    })

  for (const locale of ['en', 'de'] as const)
    t.test(`into an account that is there, and there in the list: ${locale}`, async (t) => {
      const { guest, continue: goOn, account } = LOCALES[locale]
      const phone = await open(t, { locale })
      const page = await phone.tab()
      await page.goto(`${site.origin}/account`)
      await page.locator('[name=email]').fill(USER.email)
      await page.locator('[name=password]').fill(USER.password)
      await page.locator('[name=password]').press('Enter')
      await arrive(page, account.title)
      const tablet = await Device.create(site.app, { issuer: site.config.issuer })
      await tablet.register({ device_name: `iPad Pro 12.9" of Ada in the kitchen, ${locale}` })
      const { challenge, verifier } = pkcePair()
      const { request_uri } = (await tablet.push(challenge)).json()
      await page.goto(`${site.origin}/authorize?${new URLSearchParams({ client_id: GUEST_APP.clientId, request_uri })}`)
      await press(page, guest.signIn)
      await arrive(page, goOn.title('Notes'))
      t.match(await page.innerText('main'), /iPad Pro/)
      await expectFine(t, page, locale)
      const { code = '' } = await answer(page, () => page.getByRole('button').first().click(), 'com.example.notes:')
      t.equal((await tablet.redeem(code, verifier)).statusCode, 200)
      // Chromium keeps asking about the app in the other one.
      const own = await phone.tab()
      await own.goto(`${site.origin}/account/apps`)
      await expectFine(t, own, locale)
      await own.getByRole('link', { name: locale === 'en' ? /, en$/ : /, de$/ }).click()
      await own.getByText(account.apps.origin, { exact: true }).waitFor()
      await expectFine(t, own, locale)
    })
})
