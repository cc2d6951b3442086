// A browser without a screen: keeps cookies, follows our own redirects, submits forms, stops where the app takes over.
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import { ISSUER } from './server.ts'

function unescapeHtml(text: string): string {
  return text.replace(
    /&(amp|lt|gt|quot|#39);/g,
    (_all, name) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[String(name)] ?? '',
  )
}

export interface PageForm {
  readonly action: string
  readonly hidden: Readonly<Record<string, string>>
}

/** The forms of a page with their hidden fields. */
export function formsOf(page: string): PageForm[] {
  return [...page.matchAll(/<form method="post" action="([^"]*)">(.*?)<\/form>/gs)].map(
    ([, action = '', inner = '']) => ({
      action: unescapeHtml(action),
      hidden: Object.fromEntries(
        [...inner.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)].map(
          ([, name = '', value = '']) => [name, unescapeHtml(value)],
        ),
      ),
    }),
  )
}

/** The session cookie of a server at ISSUER. */
export const SESSION_COOKIE = 'mobile-gateway-4000-session'

/** The cookie of a visit to a server at ISSUER. */
export function visitCookie(id: string): string {
  return `mobile-gateway-4000-visit-${id}`
}

/** The secret that a browser's cookie holds for a visit. */
export function secretOf({ cookies }: Browser, id: string): string {
  return (cookies.get(visitCookie(id)) ?? '').slice(11)
}

export class Browser {
  readonly app: FastifyInstance
  readonly #origin: string
  readonly #headers: Readonly<Record<string, string>>
  readonly cookies = new Map<string, string>()

  /** @param headers that it sends with every request. */
  constructor(app: FastifyInstance, origin = ISSUER, headers: Readonly<Record<string, string>> = {}) {
    this.app = app
    this.#origin = origin
    this.#headers = headers
  }

  /** One request, cookies kept, no redirect followed. */
  async request(
    method: 'GET' | 'POST',
    url: string,
    options: Readonly<{ form?: Readonly<Record<string, string>>; headers?: Readonly<Record<string, string>> }> = {},
  ): Promise<LightMyRequestResponse> {
    const response = await this.app.inject({
      method,
      url,
      headers: {
        ...this.#headers,
        cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(options.form && {
          'content-type': 'application/x-www-form-urlencoded',
          origin: this.#origin,
          'sec-fetch-site': 'same-origin',
        }),
        ...options.headers,
      },
      ...(options.form && { payload: new URLSearchParams(options.form).toString() }),
    })
    this.keep(response)
    return response
  }

  /** Takes the cookies of an answer, as a browser does when it arrives. */
  keep({ cookies }: LightMyRequestResponse): void {
    for (const { name, value, maxAge } of cookies)
      if (maxAge === 0) this.cookies.delete(name)
      else this.cookies.set(name, value)
  }

  /** Follows redirects on our own origin; the last response is a page or a redirect that leaves. */
  async follow(response: LightMyRequestResponse): Promise<LightMyRequestResponse> {
    const location = response.headers.location
    return location?.startsWith('/') ? this.follow(await this.request('GET', location)) : response
  }

  /** Opens an address as a tap on a link would. */
  async open(url: string): Promise<LightMyRequestResponse> {
    return this.follow(await this.request('GET', url))
  }

  /** Submits the form of a page whose action ends so, and follows. */
  async submit(page: LightMyRequestResponse, actionEnd: string, fields: Readonly<Record<string, string>> = {}) {
    const form = formsOf(page.body).find(({ action }) => action.endsWith(actionEnd))
    if (!form)
      throw new Error(
        `no form ${actionEnd} on this page (${page.statusCode} ${page.headers.location ?? ''}):\n${page.body}`,
      )
    return this.follow(await this.request('POST', form.action, { form: { ...form.hidden, ...fields } }))
  }
}
