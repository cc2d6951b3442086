// The part of the system browser, without one: follows redirects, keeps cookies, fills in the login form, presses buttons.
import { type HtmlForm, readForms } from './html-form.ts'

/** What the person at the phone does, told as it happens. */
export interface VisitEvents {
  onPage(title: string, url: string): void
  onLink?(href: string): void
  onSubmit(form: HtmlForm): void
  onRedirect(status: number, location: string): void
}

/** Who logs in. */
export interface DemoCredentials {
  readonly email: string
  readonly password: string
  /** Whoever has no account yet makes one, and reads this code in the mail. */
  readonly mailedCode?: () => Promise<string>
  /** Whoever has their account elsewhere presses the button of that provider, and types the rest there. */
  readonly provider?: string
}

const MOST_STEPS = 12

/**
 * Opens an authorization URL and goes on until the server redirects to the app.
 * @param redirectUri the app's: a redirect to it is not followed but handed to the app, as a phone does
 * @returns the whole redirect, with code, state and iss
 * @throws {Error} when a page shows no form to go on with, or the login is refused
 */
export async function visit(
  start: string,
  redirectUri: string,
  credentials: DemoCredentials,
  events: VisitEvents,
): Promise<string> {
  const cookies = new Map<string, string>()
  let loggedIn = false
  let request = new Request(start)
  for (let steps = 0; steps < MOST_STEPS; steps += 1) {
    request.headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '))
    const response = await fetch(request, { redirect: 'manual' })
    keepCookies(cookies, response)
    const location = response.headers.get('location')
    if (location !== null) {
      events.onRedirect(response.status, location)
      if (location.startsWith(redirectUri)) return location
      request = new Request(new URL(location, request.url))
      continue
    }
    const html = await response.text()
    events.onPage(/<title>(.*?)<\/title>/s.exec(html)?.[1] ?? '(no title)', request.url)
    const signUp = credentials.mailedCode && /href="([^"]*\/sign-up)"/.exec(html)?.[1]
    if (signUp !== undefined) {
      events.onLink?.(signUp)
      request = new Request(new URL(signUp, request.url))
      continue
    }
    const form = chooseForm(html, request.url, credentials)
    if (form.fields.has('password')) {
      if (loggedIn) throw new Error(`the login of ${credentials.email} was refused`)
      loggedIn = true
    }
    events.onSubmit(form)
    request = await fillIn(form, credentials)
  }
  throw new Error(`no redirect to the app after ${MOST_STEPS} pages`)
}

/**
 * The button of the person's provider, or the login form, or that of who has an account already, or else the page's first: our pages put the way forward before
 * the ways out.
 */
function chooseForm(html: string, url: string, { mailedCode, provider }: DemoCredentials): HtmlForm {
  const forms = readForms(html, url)
  const form =
    forms.find(({ action }) => provider !== undefined && action.pathname.endsWith(`/provider/${provider}`)) ??
    forms.find(({ fields }) => fields.has('password')) ??
    forms.find(({ action }) => mailedCode === undefined && action.pathname.endsWith('/guest/sign-in')) ??
    forms[0]
  if (form === undefined) {
    throw new Error(
      `${url} shows no form but says: ${html
        .replace(/<style.*?<\/style>|<[^>]*>/gs, ' ')
        .replace(/\s+/g, ' ')
        .trim()}`,
    )
  }
  return form
}

async function fillIn(form: HtmlForm, { email, password, mailedCode }: DemoCredentials): Promise<Request> {
  const body = new URLSearchParams([...form.fields])
  if (form.fields.has('email')) body.set('email', email)
  if (form.fields.has('password')) body.set('password', password)
  if (form.fields.has('code') && mailedCode) body.set('code', await mailedCode())
  if (form.method === 'get') return new Request(new URL(`?${body}`, form.action))
  return new Request(form.action, { method: 'POST', body, headers: { origin: form.action.origin } })
}

/** Takes what an answer sets, and drops what it takes away. */
export function keepCookies(cookies: Map<string, string>, response: Response): void {
  for (const line of response.headers.getSetCookie()) {
    const [pair = '', ...flags] = line.split(';').map((part) => part.trim())
    const [name = '', value = ''] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]
    if (flags.some((flag) => /^max-age=0$/i.test(flag))) cookies.delete(name)
    else cookies.set(name, value)
  }
}
