// Which method and address a request was made to, as a proof of possession names them (RFC 9449 §4.2: htm and htu). Pure.

/** A request as its client sees it. */
export interface Target {
  readonly method: string
  /** The addresses it may be known by, each in its normal form. */
  readonly addresses: readonly string[]
}

// RFC 9112 §3: method SP request-target SP HTTP-version; the target in origin-form or absolute-form.
const REQUEST_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) (?:https?:\/\/[^/?# ]*)?(\/[^ ]*) HTTP\/\d(?:\.\d)?$/i

/**
 * Reads the request line. Its path counts, together with the origins that the configuration names; what the line or the
 * Host header say about hosts is the caller's word.
 */
export function readTarget(requestLine: string | undefined, origins: Iterable<string>): Target | undefined {
  const [, method, path] = REQUEST_LINE.exec(requestLine ?? '') ?? []
  if (method === undefined || path === undefined) return undefined
  const addresses = [...origins].flatMap((origin) => normalAddress(origin + path) ?? [])
  return { method, addresses }
}

/**
 * An address without query and fragment (RFC 9449 §4.3 no. 9), so that equal addresses are equal texts: case of scheme
 * and host, default port, dot segments, and percent-encoding do not count (RFC 3986 §6.2.2, §6.2.3).
 */
export function normalAddress(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined
  const { protocol, host, pathname, username, password } = new URL(text)
  if (username !== '' || password !== '') return undefined
  return `${protocol}//${host}${pathname.replace(/%[0-9a-f]{2}/gi, normalTriplet)}`
}

function normalTriplet(triplet: string): string {
  const character = String.fromCharCode(Number.parseInt(triplet.slice(1), 16))
  return /[A-Za-z0-9._~-]/.test(character) ? character : triplet.toUpperCase()
}
