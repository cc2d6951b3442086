// A login in a real Chromium on a phone-sized page: sign in, continue, consent, cancel, and what goes wrong on the way.
import { createServer } from 'node:http'
import { join } from 'node:path'
import t from 'tap'
import { defineApi } from '../../src/catalogue/apis.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { createAccount } from '../../src/identity/local-account.ts'
import { declineRequest } from '../../src/store/tables/membership-requests.ts'
import { launchChromium, needsChromium } from '../support/chromium.ts'
import { expectFine } from '../support/looks.ts'
import { personAt } from '../support/person.ts'
import { pkcePair, redeem } from '../support/phone.ts'
import { API, USER } from '../support/server.ts'
import { listen, testSite } from '../support/site.ts'

const OTHER_USER = { email: 'grace@example.com', password: 'another long passphrase' }
const PROBLEM = 'That e-mail address and password do not fit together. Try again.'

t.setTimeout(120_000)

t.test('a login in Chromium', needsChromium, async (t) => {
  const open = await launchChromium(t)
  const site = await testSite(t)
  const { addressOf, visit, press, arrive, signIn, failToSignIn, focused, answer, success, denied } = personAt(
    site.origin,
  )
  const curious = { client_id: 'curious-app', redirect_uri: 'com.example.curious:/callback' }
  await site.register(
    { clientId: curious.client_id, name: 'Curious', redirectUris: [curious.redirect_uri] },
    { trusted: false },
  )
  await site.register({ clientId: 'desk-app', name: 'Desk', redirectUris: ['http://127.0.0.1/cb'] })
  await createAccount(site.db, site.config.passwordPepper, OTHER_USER)

  t.test('a person signs in and the app gets a code that is good for tokens', async (t) => {
    const phone = await open(t)
    const { verifier, challenge } = pkcePair()
    const page = await visit(phone, {}, challenge)
    await arrive(page, 'Sign in')
    const heard = await answer(page, () => signIn(page))
    t.match(heard, success)
    t.match((await redeem(site.app, heard.code ?? '', verifier)).json(), { token_type: 'Bearer', expires_in: 600 })
    t.strictSame(phone.complaints, [])
  })

  t.test('a wrong password brings the page back: address kept, password empty, the problem announced', async (t) => {
    const phone = await open(t)
    const page = await visit(phone)
    await failToSignIn(page)
    const alert = page.getByRole('alert')
    t.equal(await alert.innerText(), PROBLEM)
    t.equal(await page.title(), 'Sign in: try again')
    t.equal(await page.getByLabel('E-mail address').inputValue(), USER.email)
    const field = page.getByLabel('Password')
    t.equal(await field.inputValue(), '')
    await focused(page, 'password')
    t.equal(await field.getAttribute('aria-describedby'), await alert.getAttribute('id'))
    t.match(await answer(page, () => signIn(page)), success)
    t.strictSame(phone.complaints, [])
  })

  t.test('login_hint fills the address in, as text, and typing starts at the password', async (t) => {
    const phone = await open(t)
    const hostile = '"><script>document.title = "ran"</script>'
    const first = await visit(phone, { login_hint: hostile })
    t.equal(await first.getByLabel('E-mail address').inputValue(), hostile)
    t.equal(await first.title(), 'Sign in')
    const second = await visit(phone, { login_hint: USER.email })
    await focused(second, 'password')
    await second.keyboard.type(USER.password)
    t.match(await answer(second, () => second.keyboard.press('Enter')), success)
    t.strictSame(phone.complaints, [])
  })

  t.test('a second visit asks before the app gets in, and offers another account', async (t) => {
    const phone = await open(t)
    const first = await visit(phone)
    await answer(first, () => signIn(first))
    const second = await visit(phone)
    await arrive(second, 'Continue to Shop?')
    t.match(await answer(second, () => press(second, `Continue as ${USER.email}`)), success)
    const third = await visit(phone)
    await press(third, 'Use another account')
    t.match(await answer(third, () => signIn(third, OTHER_USER)), success)
    const fourth = await visit(phone)
    t.match(await answer(fourth, () => press(fourth, `Continue as ${OTHER_USER.email}`)), success)
    t.strictSame(phone.complaints, [])
  })

  t.test('an app that is not trusted shows what it asks for, once', async (t) => {
    const phone = await open(t)
    const first = await visit(phone, curious)
    await signIn(first)
    await arrive(first, 'Allow Curious?')
    t.strictSame(await first.getByRole('listitem').allInnerTexts(), ['See your orders', 'Place and change orders'])
    t.match(await answer(first, () => press(first, 'Allow'), curious.redirect_uri), success)
    await arrive(await visit(phone, curious), 'Continue to Curious?')
    t.strictSame(phone.complaints, [])
  })

  t.test('Cancel tells the app access_denied, from every page', async (t) => {
    const phone = await open(t)
    const login = await visit(phone)
    t.match(await answer(login, () => press(login, 'Cancel')), denied, 'login')
    const again = await visit(phone)
    await answer(again, () => signIn(again))
    const goOn = await visit(phone)
    await arrive(goOn, 'Continue to Shop?')
    t.match(await answer(goOn, () => press(goOn, 'Cancel')), denied, 'continue')
    const consent = await visit(phone, { prompt: 'consent' })
    await arrive(consent, 'Allow Shop?')
    t.match(await answer(consent, () => press(consent, 'Cancel')), denied, 'consent')
    t.strictSame(phone.complaints, [])
  })

  t.test('a loopback redirect reaches the listener of the app', async (t) => {
    const heard: string[] = []
    const listener = createServer((request, response) => {
      heard.push(request.url ?? '')
      response.end('back in the app')
    })
    const phone = await open(t)
    const redirect_uri = `http://127.0.0.1:${await listen(t, listener)}/cb`
    const page = await visit(phone, { client_id: 'desk-app', redirect_uri })
    await signIn(page)
    await page.getByText('back in the app').waitFor()
    t.match(heard[0], /^\/cb\?code=[\w-]{43}&state=a-state&iss=/)
    t.strictSame(
      phone.complaints.filter((complaint) => !complaint.includes('favicon')),
      [],
    )
  })

  t.test(
    'of an API that is not for everybody: whom it is for, to ask, that it waits, and that it was declined',
    async (t) => {
      t.teardown(() => defineApi(site.db, API, OPERATOR))
      for (const language of ['en', 'de'] as const) {
        const phone = await open(t, { locale: language })
        const page = await phone.tab()
        const look = async (what: string) => {
          await expectFine(t, page, language)
          await page.setViewportSize({ width: 390, height: 844 })
          const folder = process.env.SCREENSHOTS
          if (folder !== undefined) await page.screenshot({ path: join(folder, `${what}-${language}.png`) })
        }
        await defineApi(site.db, { ...API, signUp: 'invitation' }, OPERATOR)
        await page.goto(addressOf())
        await page.locator('#email').fill(OTHER_USER.email)
        await page.locator('#password').fill(OTHER_USER.password)
        await page.locator('#password').press('Enter')
        await page.getByRole('heading', { name: language === 'en' ? /not open/ : /nicht für alle/, level: 1 }).waitFor()
        await look('not-invited')
        await defineApi(
          site.db,
          { ...API, signUp: { domains: ['corp.example', 'a-rather-long-name.example'] } },
          OPERATOR,
        )
        await page.goto(addressOf())
        await look('not-of-domain')
        await defineApi(site.db, { ...API, signUp: 'approval' }, OPERATOR)
        await page.goto(addressOf())
        await look('ask')
        await page.locator('#reason').fill('I teach geography in form 7b, and my pupils use it.')
        await page.locator('#reason').press('Enter')
        await page.locator('#reason').waitFor({ state: 'detached' })
        await look('waits')
        await site.db.transaction().execute(async (trx) => {
          const { id } = await trx
            .selectFrom('membership_requests')
            .where('declined_at', 'is', null)
            .select('id')
            .executeTakeFirstOrThrow()
          await declineRequest(trx, id, 'Ask your headmaster first; he has a list of all who teach there.')
        })
        await page.goto(addressOf())
        await look('declined')
        await site.db.deleteFrom('membership_requests').execute()
        t.strictSame(
          phone.complaints.filter((complaint) => !complaint.includes('403')),
          [],
        )
      }
    },
  )
})
