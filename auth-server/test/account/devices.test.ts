// Devices that began without an account, seen by their person: one list with all else that is signed in, and the same way out.
import t, { type Test } from 'tap'
import { accountToken } from '../support/account.ts'
import { Browser } from '../support/browser.ts'
import { feedReader } from '../support/feed.ts'
import { guestServer, openUpgrade, proveAddress } from '../support/guest-visit.ts'
import { NEW_PASSWORD } from '../support/mail-visit.ts'
import { answerOf, logIn, obtainTokens } from '../support/phone.ts'
import { wordsOf } from '../support/words.ts'

t.setTimeout(120_000)

type Server = Awaited<ReturnType<typeof guestServer>>

/** The device's guest becomes part of the account that is there; the browser is signed in to it. */
async function merged(t: Test) {
  const server = await guestServer(t)
  const { device } = server
  const visit = await openUpgrade(server, device)
  const signIn = await visit.browser.submit(visit.page, '/guest/sign-in', {})
  const { code = '' } = answerOf(await logIn(visit.browser, signIn))
  const { refresh_token } = (await device.redeem(code, visit.verifier)).json()
  return { ...server, browser: visit.browser, id: String(refresh_token).split('.')[0] ?? '' }
}

async function attest({ db }: Server) {
  await db.updateTable('device_keys').set({ attested_by: 'app_attest', attested_at: new Date() }).execute()
}

t.test(
  'a guest that was merged stands among the apps: device, app, since, last use, origin, vouched for or not',
  async (t) => {
    const server = await merged(t)
    const { app, browser, id } = server
    await obtainTokens(app)
    const list = wordsOf(await browser.open('/account/apps'))
    t.match(list, /Pixel of Ada This device Notes · Orders · used just now · added to this account/)
    t.match(list, /Shop Orders · used just now What apps|Shop Orders · used just now Pixel/, 'beside a plain sign-in')
    const url = `/account/apps/installations/${id}`
    const day = /\w+ \d{1,2}, \d{4}/.source
    t.match(
      wordsOf(await browser.open(url)),
      new RegExp(
        `Name Pixel of Ada .*App Notes Service Orders Signed in just now Last used just now Where it came from Used without an account since ${day} ; part of this account since ${day} Genuine app and device Nobody vouches for it`,
      ),
    )
    await attest(server)
    t.match(wordsOf(await browser.open('/account/apps')), /added to this account · the phone vouches for it/)
    t.match(wordsOf(await browser.open(url)), /Genuine app and device The phone vouches for it/)
    const other = `/account/apps/installations/${String((await obtainTokens(app)).refresh_token).split('.')[0]}`
    t.match(
      wordsOf(await browser.open(other)),
      /Where it came from Somebody signed in to this account there Genuine app and device Nobody vouches for it/,
    )
  },
)

t.test('so does one who has made the account', async (t) => {
  const server = await guestServer(t)
  const { device } = server
  const visit = await openUpgrade(server, device)
  const choose = await proveAddress(server, visit, 'grace@example.com')
  const { code = '' } = answerOf(await visit.browser.submit(choose, '/new-password', { password: NEW_PASSWORD }))
  const { refresh_token } = (await device.redeem(code, visit.verifier)).json()
  t.match(
    wordsOf(await visit.browser.open('/account/apps')),
    /Pixel of Ada .*Notes · Orders .* began without an account/,
  )
  t.match(
    wordsOf(await visit.browser.open(`/account/apps/installations/${String(refresh_token).split('.')[0]}`)),
    /Used without an account since .* ; this account was made of it on /,
  )
})

t.test('signing it out ends it at gateways, and its key is nobody’s guest afterwards', async (t) => {
  const server = await merged(t)
  const { device, browser, id } = server
  const { follow } = await feedReader(server)
  await follow()
  const page = await browser.open(`/account/apps/installations/${id}`)
  const after = await browser.submit(page, '/end')
  t.match(after.body, 'Signed out. That app has to ask you to sign in again.')
  t.notMatch(after.body, 'Pixel of Ada')
  t.match(await follow(), [{ type: 'grant', grant_id: id }])
  t.match((await device.tokens()).json(), { error: 'invalid_grant' })
  t.match((await device.register()).json(), { error: 'invalid_proof' })
})

t.test('it can be named like any other, and nobody else sees or ends it', async (t) => {
  const server = await merged(t)
  const { app, browser, id } = server
  const url = `/account/apps/installations/${id}`
  await browser.submit(await browser.open(`${url}/name`), '/name', { name: 'Old phone' })
  t.match(wordsOf(await browser.open('/account/apps')), 'Old phone This device Notes · Orders')
  const stranger = new Browser(app)
  t.equal((await stranger.request('GET', url)).statusCode, 303)
  t.equal(
    (await stranger.request('POST', `${url}/end`, { form: { csrf: accountToken(server, browser) } })).statusCode ===
      200,
    false,
  )
  t.match(wordsOf(await browser.open('/account/apps')), 'Old phone')
})
