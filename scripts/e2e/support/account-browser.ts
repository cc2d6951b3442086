// A person at the pages of the auth server in end-to-end tests: a browser by HTTP that keeps cookies and presses buttons.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { simpleParser } from 'mailparser'
import { createAccount } from '../../../auth-server/src/identity/local-account.ts'
import { openDatabase } from '../../../auth-server/src/store/database.ts'
import { readForms } from '../../demo/html-form.ts'
import { keepCookies } from '../../demo/user-agent.ts'
import { loadSecrets } from '../../stack/secrets.ts'
import type { Stack } from '../../stack/stack-options.ts'
import { waitUntil } from '../../stack/wait.ts'

const MAIL_MILLIS = 20_000

/** Whoever has an account. */
export interface AccountOwner {
  readonly email: string
  readonly password: string
}

/** A page that has come, after all redirects. */
export interface ShownPage {
  readonly url: string
  readonly html: string
}

export interface AccountBrowser {
  /** @throws {Error} unless a page comes */
  open(path: string): Promise<ShownPage>
  /** Submits the form of a page whose action ends so. @throws {Error} unless a page comes */
  submit(page: ShownPage, actionEnd: string, fields?: Readonly<Record<string, string>>): Promise<ShownPage>
}

/** A browser at the auth server, in which nobody is signed in. */
export function openBrowser({ urls }: Pick<Stack, 'urls'>): AccountBrowser {
  const cookies = new Map<string, string>()

  async function send(request: Request): Promise<ShownPage> {
    request.headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '))
    const response = await fetch(request, { redirect: 'manual' })
    keepCookies(cookies, response)
    const location = response.headers.get('location')
    if (location !== null) return send(new Request(new URL(location, request.url)))
    const html = await response.text()
    if (!response.ok) throw new Error(`${request.method} ${request.url}: ${response.status}\n${html}`)
    return { url: request.url, html }
  }

  return {
    open: (path) => send(new Request(new URL(path, urls.issuer))),
    submit({ url, html }, actionEnd, fields = {}) {
      const form = readForms(html, url).find(({ action }) => action.pathname.endsWith(actionEnd))
      if (!form) throw new Error(`no form ${actionEnd} at ${url}:\n${html}`)
      const body = new URLSearchParams([...new Map([...form.fields, ...Object.entries(fields)])])
      return send(new Request(form.action, { method: 'POST', body, headers: { origin: form.action.origin } }))
    },
  }
}

/** A browser in which somebody has just signed in at the account. */
export async function atAccount(stack: Pick<Stack, 'urls'>, { email, password }: AccountOwner) {
  const browser = openBrowser(stack)
  await browser.submit(await browser.open('/account'), '/login', { email, password })
  return browser
}

/** Makes an account. */
export async function newAccount({ databaseUrl, dataDir }: Stack, email: string): Promise<AccountOwner> {
  const password = 'a long enough passphrase'
  const { PASSWORD_PEPPER } = await loadSecrets(join(dataDir, 'secrets.json'))
  const db = openDatabase(databaseUrl, () => {}, { connections: 1 })
  try {
    await createAccount(db, PASSWORD_PEPPER, { email, password })
  } finally {
    await db.destroy()
  }
  return { email, password }
}

/** Waits for a mail to this address with a link of ours that has this in its path, and returns the path. */
export async function mailedLink({ dataDir, urls }: Stack, address: string, part: string): Promise<string> {
  const folder = join(dataDir, 'mail')
  let found: string | undefined
  await waitUntil(
    async () => {
      for (const file of await readdir(folder).catch(() => [])) {
        const mail = await simpleParser(await readFile(join(folder, file), 'utf8'))
        const [link] = new RegExp(`${urls.issuer}\\S*${part}\\S*`).exec(mail.text ?? '') ?? []
        if (mail.headerLines.some(({ line }) => line.includes(address)) && link !== undefined) found = link
      }
      return found !== undefined
    },
    { timeoutMillis: MAIL_MILLIS, everyMillis: 100 },
  )
  if (found === undefined) throw new Error(`no mail with ${part} to ${address} in ${folder}`)
  return found.slice(urls.issuer.length)
}
