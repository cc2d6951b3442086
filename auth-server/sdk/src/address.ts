// Addresses as proofs of possession name them, written in one way, so that equal addresses are equal texts. Pure.

/**
 * An address without query and fragment (RFC 9449 §4.3 no. 9): case of scheme and host, default port, dot segments and
 * percent-encoding do not count (RFC 3986 §6.2.2, §6.2.3). Undefined for a text that is none, or that holds a password.
 */
export function normalAddress(text: string): string | undefined {
  // URL parsers read a backslash as a slash, and drop tabs and line ends; who routes the request reads them as they stand.
  if (!URL.canParse(text) || /^[^?#]*[\\\p{Cc}]/u.test(text)) return undefined
  const { protocol, host, pathname, username, password } = new URL(text)
  if (username !== '' || password !== '') return undefined
  return `${protocol}//${host}${pathname.replace(/%[0-9a-f]{2}/gi, normalTriplet)}`
}

function normalTriplet(triplet: string): string {
  const character = String.fromCharCode(Number.parseInt(triplet.slice(1), 16))
  return /[A-Za-z0-9._~-]/.test(character) ? character : triplet.toUpperCase()
}
