// The path of a request's target, in whichever form the target came, and how long a target may be.
import type { FastifyRequest } from 'fastify'

/** Characters of an address that a browser is sent to: proxies and servers on the way take no longer request line. */
export const MAX_URL_LENGTH = 8000

/**
 * @param target of the request line: a path with its query, or the absolute form that proxies send and every server has
 * to understand (RFC 9112 §3.2.2), whose host is the caller's word and goes nowhere.
 */
export function pathOf(target: string): string {
  const path = target.startsWith('/') ? target : target.replace(/^[a-z]+:\/\/[^/?#]*/i, '')
  return path.split('?', 1)[0] ?? ''
}

/** The target with its query, as an address on this server to send a browser back to. */
export function localTarget(target: string): string {
  const query = target.indexOf('?')
  return pathOf(target) + (query < 0 ? '' : target.slice(query))
}

/**
 * Whether a text is the path of a page of this server at `below` or under it, spelled as browsers spell it: what a parser
 * would change (`..`, a backslash, `//`, a tab, another origin) leads elsewhere.
 */
export function isPageBelow(below: string, issuer: string, text: string): boolean {
  const url = URL.parse(text, issuer)
  return (
    url !== null &&
    url.origin === issuer &&
    `${url.pathname}${url.search}` === text &&
    text.length <= MAX_URL_LENGTH &&
    (url.pathname === below || url.pathname.startsWith(`${below}/`)) &&
    !url.pathname.includes('//')
  )
}

/** What stands in the path where its route has `:name`; undefined where the route has none, or what no name of anything has (U+0000). */
export function pathParameter({ params }: FastifyRequest, name: string): string | undefined {
  const value = typeof params === 'object' && params !== null ? new Map(Object.entries(params)).get(name) : undefined
  return value === undefined || String(value).includes('\0') ? undefined : String(value)
}
