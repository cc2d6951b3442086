// RFC 6750 §2.1, RFC 9449 §7.1: takes the token out of the Authorization header, the only place where we look for one.

/** How a token is shown: to be believed as it is, or together with a proof of possession. */
export type Scheme = 'bearer' | 'dpop'

/** What the header holds; `other`: credentials of a scheme that is none of ours. */
export type AuthorizationHeader =
  | { readonly kind: 'none' }
  | { readonly kind: 'other' }
  | { readonly kind: 'malformed'; readonly scheme: Scheme | undefined }
  | { readonly kind: 'token'; readonly scheme: Scheme; readonly token: string }

// RFC 9110 §11.4: credentials = auth-scheme [ 1*SP ( token68 / … ) ]
const CREDENTIALS = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?: +([^ ].*))?$/
const TOKEN68 = /^[A-Za-z0-9._~+/-]+=*$/
const SCHEMES: ReadonlyMap<string, Scheme> = new Map([
  ['bearer', 'bearer'],
  ['dpop', 'dpop'],
])

/** Reads the header's value; two tokens or stray characters are malformed. */
export function readAuthorization(value: string | undefined): AuthorizationHeader {
  if (value === undefined || value === '') return { kind: 'none' }
  const match = CREDENTIALS.exec(value)
  if (!match) return { kind: 'malformed', scheme: undefined }
  const [, name = '', token = ''] = match
  const scheme = SCHEMES.get(name.toLowerCase())
  if (scheme === undefined) return { kind: 'other' }
  return TOKEN68.test(token) ? { kind: 'token', scheme, token } : { kind: 'malformed', scheme }
}
