// What a real client library needs of a test: the server on a port, and a person who follows the addresses it makes.
import type { Test } from 'tap'
import { Browser } from './browser.ts'
import { logIn } from './phone.ts'
import { testSite } from './site.ts'

/** The site with a person at it: `send` opens an address of the server, logs in when asked, and returns where it leads. */
export async function siteWithPerson(t: Test) {
  const site = await testSite(t)
  const browser = new Browser(site.app, site.origin)
  const send = async (url: URL | string): Promise<URL> => {
    const { pathname, search } = new URL(url)
    let page = await browser.open(pathname + search)
    if (page.body.includes('name="password"')) page = await logIn(browser, page)
    else if (page.body.includes('/continue"')) page = await browser.submit(page, '/continue')
    const { location } = page.headers
    if (!location) throw new Error(`no way back to the app: ${page.statusCode}\n${page.body}`)
    return new URL(location)
  }
  return { ...site, browser, send }
}

/** What a call fails with; undefined when it does not. */
export function errorOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => undefined,
    (error: unknown) => error,
  )
}
