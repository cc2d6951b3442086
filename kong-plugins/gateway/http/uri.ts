// How Kong and nginx read a request target: normalising, refusing, and joining with the service's path.

const RESERVED = new Set("!*'();:@&=+$,/?%#[]")

/** Decodes percent triplets of characters that are not reserved (Kong 3.9: tools/uri.lua `normalize`). */
function decodeUnreserved(path: string): string {
  return path.replace(/%([0-9a-f]{2})/gi, (triplet, hex: string) => {
    const char = String.fromCharCode(Number.parseInt(hex, 16))
    return RESERVED.has(char) ? triplet.toUpperCase() : char
  })
}

/** The path that routes are matched on: unreserved characters decoded, `.` and `..` resolved, slashes merged. */
export function normalizePath(path: string): string {
  if (path === '' || path === '/') return path
  const decoded = path.includes('%') ? decodeUnreserved(path) : path
  if (!decoded.includes('.') && !decoded.includes('//')) return decoded
  const segments: string[] = []
  const parts = decoded.split('/').slice(1)
  for (const [i, part] of parts.entries()) {
    const last = i === parts.length - 1
    if (part === '..') segments.pop()
    if (part === '..' || part === '.' || part === '') {
      if (last) segments.push('')
    } else segments.push(part)
  }
  return `/${segments.join('/')}`
}

/** Makes a path safe for the request line again (Kong 3.9: tools/uri.lua `escape`); latin1 in, ASCII out. */
export function escapePath(path: string): string {
  return path.replace(
    /[^!#$&'()*+,/:;=?@[\]A-Z\d\-_.~%]/gi,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )
}

/** What nginx answers 400 to: broken or NUL triplets, and `..` that climbs above the root. */
export function isRefusedPath(path: string): boolean {
  if (/%(?![0-9a-f]{2})|%00/i.test(path)) return true
  let depth = 0
  const decoded = path.replace(/%(2e|2f)/gi, (_, hex: string) => (hex.toLowerCase() === '2e' ? '.' : '/'))
  for (const part of decoded.split('/')) {
    if (part === '..') depth -= 1
    else if (part !== '' && part !== '.') depth += 1
    if (depth < 0) return true
  }
  return false
}

/** A request target split as nginx does: path, and what follows the first `?` (undefined without one). */
export function splitTarget(target: string): { path: string; query: string | undefined } {
  const at = target.indexOf('?', 1)
  return at < 0 ? { path: target, query: undefined } : { path: target.slice(0, at), query: target.slice(at + 1) }
}

/** What is left of a path after its matched prefix may not begin with a dot segment (Kong 3.9: router/utils.lua). */
export function sanitizePostfix(postfix: string): string {
  if (postfix === '.' || postfix === '..') return ''
  if (postfix.startsWith('../')) return postfix.slice(2)
  if (postfix.startsWith('../../')) return postfix.slice(3)
  return postfix
}

/** Kong's path_handling v0: the path for the backend (Kong 3.9: router/utils.lua `get_upstream_uri_v0`). */
export function upstreamPathV0(stripPath: boolean, postfix: string, requestPath: string, base: string): string {
  if (base.endsWith('/')) {
    if (!stripPath) return base + requestPath.slice(1)
    if (postfix !== '') return postfix.startsWith('/') ? base.slice(0, -1) + postfix : base + postfix
    if (base === '/') return '/'
    return requestPath.endsWith('/') ? base : base.slice(0, -1)
  }
  if (!stripPath) return requestPath === '/' ? base : base + requestPath
  if (postfix === '') return requestPath.length > 1 && requestPath.endsWith('/') ? `${base}/` : base
  return postfix.startsWith('/') ? base + postfix : `${base}/${postfix}`
}

/** Kong's path_handling v1: plain concatenation. */
export function upstreamPathV1(stripPath: boolean, postfix: string, requestPath: string, base: string): string {
  if (!stripPath) return base + requestPath.slice(1)
  return base.endsWith('/') && postfix.startsWith('/') ? base.slice(0, -1) + postfix : base + postfix
}

/** A host as nginx reads it: without port and last dot, in lower case; undefined for what it answers 400 to. */
export function hostOf(authority: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about.
  if (/[\x00-\x20\x7f/]|\.\./.test(authority)) return undefined
  const literal = authority.startsWith('[') ? (/^\[[^\]]*\]/.exec(authority)?.[0] ?? authority) : undefined
  const host = (literal ?? authority.replace(/:.*$/, '')).replace(/\.$/, '').toLowerCase()
  return host === '' ? undefined : host
}
