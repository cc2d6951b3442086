// Passkeys in Chromium with its virtual authenticator: offered after a password, then by the browser itself and by a button.
import { createServer } from 'node:http'
import type { Page } from 'playwright-core'
import t from 'tap'
import { createAccount } from '../../src/identity/local-account.ts'
import { violationsOf } from '../support/axe.ts'
import { launchChromium, needsChromium, type Phone } from '../support/chromium.ts'
import { personAt } from '../support/person.ts'
import { addAuthenticatorApp } from '../support/second-factor.ts'
import { USER } from '../support/server.ts'
import { listen, testSite } from '../support/site.ts'
import { addAuthenticator, type VirtualAuthenticator } from '../support/virtual-authenticator.ts'

const OFFER = 'Sign in faster next time?'
t.setTimeout(180_000)

t.test('passkeys in Chromium', needsChromium, async (t) => {
  const open = await launchChromium(t)
  const site = await testSite(t)
  const { addressOf, press, arrive, signIn, success } = personAt(site.origin)
  // An app that answers leaves the tab usable, and its authenticator with it.
  const port = await listen(
    t,
    createServer((_request, response) => response.end('signed in')),
  )
  const desk = { client_id: 'desk-app', redirect_uri: `http://127.0.0.1:${port}/cb` }
  await site.register({ clientId: 'desk-app', name: 'Desk', redirectUris: ['http://127.0.0.1/cb'] })

  /** Somebody who has never been here, and a phone that can make passkeys. */
  const newcomer = async (phone: Phone, name: string) => {
    const user = { email: `${name}@example.com`, password: USER.password }
    await createAccount(site.db, site.config.passwordPepper, user)
    const page = await phone.tab()
    return { user, page, authenticator: await addAuthenticator(page) }
  }
  const visit = async (page: Page, changes: Readonly<Record<string, string>> = {}) => {
    await page.goto(addressOf({ ...desk, prompt: 'login', ...changes }))
    await arrive(page, 'Sign in')
  }
  /** Signs in with a password and stands before the offer; the browser makes nothing by itself. */
  const meetOffer = async (page: Page, authenticator: VirtualAuthenticator, user: typeof USER) => {
    await authenticator.answers(false)
    await visit(page)
    await page.locator('input[name=passkeys][value=able]').waitFor({ state: 'attached' })
    await signIn(page, user)
    await arrive(page, OFFER)
  }
  const heardAt = async (page: Page, act: () => Promise<unknown>) => {
    await act()
    await page.waitForURL((url) => url.href.startsWith(desk.redirect_uri))
    return Object.fromEntries(new URL(page.url()).searchParams)
  }
  const sessionOf = (email: string) =>
    site.db
      .selectFrom('sessions as session')
      .innerJoin('email_addresses as email', 'email.person_id', 'session.person_id')
      .where('email.address', '=', email)
      .select(['session.acr', 'session.amr'])
      .executeTakeFirst()

  t.test('registration after a password, then sign-in by autofill and by the button', async (t) => {
    const phone = await open(t)
    const { user, page, authenticator } = await newcomer(phone, 'ada.autofill')
    await meetOffer(page, authenticator, user)
    t.strictSame(await violationsOf(page), [])
    await authenticator.answers(true)
    t.match(await heardAt(page, () => press(page, 'Add a passkey')), success)
    t.equal(await authenticator.count(), 1)
    t.match(await sessionOf(user.email), { acr: 'urn:mobile-api-gateway:acr:password', amr: ['pwd'] })

    // The browser offers it in the list of the field, and the person takes it at once.
    const begun = await heardAt(page, () => page.goto(addressOf({ ...desk, prompt: 'login' })).catch(() => {}))
    t.match(begun, success)
    t.match(await sessionOf(user.email), { acr: 'urn:mobile-api-gateway:acr:passkey', amr: ['pop', 'user', 'mfa'] })

    await authenticator.answers(false)
    await visit(page)
    t.strictSame(await violationsOf(page), [])
    await authenticator.answers(true)
    t.match(await heardAt(page, () => press(page, 'Sign in with a passkey')), success)
    t.strictSame(phone.complaints, [])
  })

  t.test('as second factor after a password, for whoever has set up an authenticator app', async (t) => {
    const phone = await open(t)
    const { user, page, authenticator } = await newcomer(phone, 'ada.second')
    await meetOffer(page, authenticator, user)
    await authenticator.answers(true)
    t.match(await heardAt(page, () => press(page, 'Add a passkey')), success, 'who has just made it need not show it')
    await authenticator.answers(false)
    await visit(page)
    t.match(await heardAt(page, () => signIn(page, user)), success, 'who may have lost their only one still gets in')
    const { id } = await site.db
      .selectFrom('people as person')
      .innerJoin('email_addresses as email', 'email.person_id', 'person.id')
      .where('email.address', '=', user.email)
      .select('person.id')
      .executeTakeFirstOrThrow()
    await addAuthenticatorApp(site, id)
    await visit(page)
    await signIn(page, user)
    await arrive(page, 'Show that it is you')
    t.strictSame(await violationsOf(page), [])
    await authenticator.answers(true)
    t.match(await heardAt(page, () => press(page, 'Use your passkey')), success)
    t.match(await sessionOf(user.email), {
      acr: 'urn:mobile-api-gateway:acr:passkey',
      amr: ['pwd', 'pop', 'user', 'mfa'],
    })
    t.strictSame(phone.complaints, [])
  })

  t.test('“Not now” is remembered, and who has a passkey is not asked', async (t) => {
    const phone = await open(t)
    const { user, page, authenticator } = await newcomer(phone, 'ada.later')
    await meetOffer(page, authenticator, user)
    t.match(await heardAt(page, () => press(page, 'Not now')), success)
    await visit(page)
    await page.locator('input[name=passkeys][value=able]').waitFor({ state: 'attached' })
    t.match(await heardAt(page, () => signIn(page, user)), success, 'not asked again')
    await site.db
      .updateTable('people')
      .set({ passkey_declined_at: new Date(Date.now() - 31 * 86_400_000) })
      .execute()
    await meetOffer(page, authenticator, user)
    await authenticator.answers(true)
    t.match(await heardAt(page, () => press(page, 'Add a passkey')), success, 'a month later, and now yes')
    await authenticator.answers(false)
    await visit(page)
    t.match(await heardAt(page, () => signIn(page, user)), success, 'who has one is not asked')
    t.strictSame(phone.complaints, [])
  })

  t.test('user verification refused: no passkey is made, none signs in', async (t) => {
    const phone = await open(t)
    const { user, page, authenticator } = await newcomer(phone, 'ada.unverified')
    await meetOffer(page, authenticator, user)
    await authenticator.verifies(false)
    await authenticator.answers(true)
    await press(page, 'Add a passkey')
    await page.getByRole('alert').filter({ hasText: 'No passkey was' }).waitFor()
    t.equal(await authenticator.count(), 0)
    await authenticator.verifies(true)
    t.match(await heardAt(page, () => press(page, 'Add a passkey')), success)

    await authenticator.answers(false)
    await authenticator.verifies(false)
    await visit(page)
    await authenticator.answers(true)
    await press(page, 'Sign in with a passkey')
    await page.getByRole('alert').filter({ hasText: 'No passkey was used' }).waitFor()
    t.strictSame(await violationsOf(page), [])
    t.match(await sessionOf(user.email), { amr: ['pwd'] })
  })

  t.test('another rp: a passkey of another site signs nobody in here', async (t) => {
    const phone = await open(t)
    const { user, page, authenticator } = await newcomer(phone, 'ada.elsewhere')
    await authenticator.answers(false)
    await visit(page)
    await authenticator.addForeign('evil.example', user.email)
    t.equal(await authenticator.count(), 1)
    await authenticator.answers(true)
    await press(page, 'Sign in with a passkey')
    await page.getByRole('alert').filter({ hasText: 'No passkey was used' }).waitFor()
    t.equal(await sessionOf(user.email), undefined)
  })

  t.test('a passkey that is gone here is refused in words, and the password still signs in', async (t) => {
    const phone = await open(t)
    const { user, page, authenticator } = await newcomer(phone, 'ada.gone')
    await meetOffer(page, authenticator, user)
    await authenticator.answers(true)
    await heardAt(page, () => press(page, 'Add a passkey'))
    await site.db.deleteFrom('authenticators').where('kind', '=', 'passkey').execute()
    await authenticator.answers(false)
    await visit(page)
    await authenticator.answers(true)
    await press(page, 'Sign in with a passkey')
    const alert = page.getByRole('alert').filter({ hasText: 'Nobody can sign in here with that passkey' })
    await alert.waitFor()
    await authenticator.answers(false)
    await signIn(page, user)
    await arrive(page, OFFER)
  })

  t.test('without WebAuthn, and without script, there is a password and no offer', async (t) => {
    const old = await open(t)
    const first = await old.tab()
    await first.addInitScript(() => void Reflect.deleteProperty(window, 'PublicKeyCredential'))
    await visit(first)
    t.equal(await first.getByRole('button', { name: 'Sign in with a passkey' }).count(), 0)
    t.match(await heardAt(first, () => signIn(first)), success)
    t.strictSame(old.complaints, [])

    const plain = await open(t, { javaScriptEnabled: false })
    const second = await plain.tab()
    await visit(second)
    t.equal(await second.getByRole('button', { name: 'Sign in with a passkey' }).count(), 0)
    t.match(await heardAt(second, () => signIn(second)), success)
  })
})
