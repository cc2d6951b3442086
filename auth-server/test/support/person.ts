// A person at a real browser: opens what an app opens, reads headings, fills in, presses; and what the app hears of it.
import type { Page } from 'playwright-core'
import type { Phone } from './chromium.ts'
import { authorizeUrl, pkcePair, REDIRECT_URI } from './phone.ts'
import { USER } from './server.ts'

/** The acts of a person, for the server at `origin`. */
export function personAt(origin: string) {
  const addressOf = (changes: Readonly<Record<string, string>> = {}, challenge = pkcePair().challenge) =>
    `${origin}${authorizeUrl(challenge, changes)}`

  /** The app opens a tab on /authorize; returns it with its first page. */
  const visit = async (phone: Phone, changes?: Readonly<Record<string, string>>, challenge?: string) => {
    const page = await phone.tab()
    await page.goto(addressOf(changes, challenge))
    return page
  }

  /** Presses a button. Returns before the next page is there: `arrive` waits for that. */
  const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
  const arrive = (page: Page, heading: string) =>
    page.getByRole('heading', { name: heading, exact: true, level: 1 }).waitFor()

  const signIn = async (page: Page, { email, password }: Readonly<typeof USER> = USER) => {
    await page.getByLabel('E-mail address').fill(email)
    await page.getByLabel('Password').fill(password)
    await press(page, 'Sign in')
  }

  /** Signs in with a wrong password and waits for the page that says so. */
  const failToSignIn = async (page: Page, email: string = USER.email) => {
    await signIn(page, { email, password: 'not this one' })
    await page.getByRole('alert').waitFor()
  }

  /** Waits for the focus, which Chromium sets with the first frame only. */
  const focused = (page: Page, id: 'email' | 'password') => page.locator(`#${id}:focus`).waitFor()

  /** The parameters that the app hears when `act` sends the browser to its redirect URI. */
  const answer = async (page: Page, act: () => Promise<unknown>, redirectUri = REDIRECT_URI) => {
    const [request] = await Promise.all([page.waitForRequest((sent) => sent.url().startsWith(redirectUri)), act()])
    return Object.fromEntries(new URL(request.url()).searchParams)
  }
  const success = { code: /^[\w-]{43}$/, state: 'a-state', iss: origin, error: undefined }
  const denied = { error: 'access_denied', state: 'a-state', iss: origin, code: undefined }

  return { addressOf, visit, press, arrive, signIn, failToSignIn, focused, answer, success, denied }
}
