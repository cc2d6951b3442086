// Where a call of a trial may go: below the address that the catalogue has for the API, and nowhere else. Pure.

const MAX_LENGTH = 500
/** RFC 3986 §3.3 and §3.4. */
const CHARACTERS = /^[\w\-.~!$&'()*+,;=:@%/?]*$/
/** What a server on the way may take for a step up: some read a segment without its parameters (RFC 3986 §3.3). */
const STEPS_UP = /(?:^|\/)\.{1,2}(?:\/|;|%3b|$)/i
/** What one may decode to a step up, or to a slash (RFC 3986 §6.2.2). */
const HIDDEN = /%(?:2[ef]|5c|0|1|7f|25|(?![\da-f]{2}))/i

/**
 * @param resource the API's, from the catalogue
 * @param path with its query, as it was typed; with or without a slash at its beginning
 * @returns undefined for what is no plain path below it.
 */
export function addressBelow(resource: string, path: string): string | undefined {
  if (path.length > MAX_LENGTH || !CHARACTERS.test(path)) return undefined
  const [plain = '', query] = path.split(/\?(.*)/s, 2)
  if (STEPS_UP.test(plain) || HIDDEN.test(plain) || plain.startsWith('//')) return undefined
  const base = URL.parse(resource)
  if (!base || !/^https?:$/.test(base.protocol) || base.search !== '' || base.hash !== '') return undefined
  const below = base.pathname.replace(/\/$/, '') + (plain === '' || plain.startsWith('/') ? plain : `/${plain}`)
  const url = URL.parse(below + (query === undefined ? '' : `?${query}`), base.origin)
  const isBelow = url?.origin === base.origin && url.username === '' && url.pathname === (below || '/')
  return isBelow ? url.href : undefined
}
