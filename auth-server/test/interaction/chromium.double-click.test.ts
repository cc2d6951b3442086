// A double click on "Sign in" in Chromium, as people do it: the app gets its code, and one session is there, with a cookie that lasts.
import t from 'tap'
import { launchChromium, needsChromium } from '../support/chromium.ts'
import { personAt } from '../support/person.ts'
import { USER } from '../support/server.ts'
import { testSite } from '../support/site.ts'

t.setTimeout(120_000)

t.test('a double click on Sign in is one sign-in', needsChromium, async (t) => {
  const site = await testSite(t)
  const phone = await (await launchChromium(t))(t)
  const { visit, answer, success } = personAt(site.origin)
  const page = await visit(phone)
  await page.getByLabel('E-mail address').fill(USER.email)
  await page.getByLabel('Password').fill(USER.password)
  const button = page.getByRole('button', { name: 'Sign in', exact: true })
  // The second while the password is being checked; `dblclick` would be one task of the page, and one request.
  const twice = () =>
    button.evaluate((element: HTMLElement) => {
      element.click()
      setTimeout(() => element.click(), 10)
    })
  t.match(await answer(page, twice), success, phone.complaints.join())
  t.equal((await site.db.selectFrom('sessions').selectAll().execute()).length, 1)

  const cookies = await page.context().cookies(site.origin)
  const session = cookies.find(({ name }) => name === `mobile-gateway-${new URL(site.origin).port}-session`)
  t.match(session, { httpOnly: true, sameSite: 'Lax' })
  t.ok((session?.expires ?? 0) > Date.now() / 1000 + 13 * 24 * 3600, 'kept when the browser is closed')
  const posts = site.log.filter((line) => /"method":"POST","path":"[^"]+login"/.test(line))
  t.equal(posts.length, 2, 'and it was posted twice')
})
