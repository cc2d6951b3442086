// A guest who wants an account, in a real Chromium: the page says what it is about, and everybody can use it.
import t from 'tap'
import { LOCALES } from '../../src/pages/language.ts'
import { launchChromium, needsChromium } from '../support/chromium.ts'
import { admitGuests, Device, GUEST_APP } from '../support/device.ts'
import { expectFine } from '../support/looks.ts'
import { openMailbox } from '../support/mailbox.ts'
import { personAt } from '../support/person.ts'
import { pkcePair } from '../support/phone.ts'
import { testSite } from '../support/site.ts'

t.setTimeout(240_000)

t.test('a guest who wants an account, at Chromium', needsChromium, async (t) => {
  const open = await launchChromium(t)
  const mailbox = await openMailbox(t)
  const site = await testSite(t, mailbox.environment)
  await admitGuests(site)
  const { press, arrive } = personAt(site.origin)
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
})
