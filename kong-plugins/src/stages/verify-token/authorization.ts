// RFC 6750 §2.1: takes the bearer token out of the Authorization header, the only place where we look for one.

/** What the header holds. */
export type Credentials =
  | { readonly kind: 'none' }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'bearer'; readonly token: string }

// RFC 9110 §11.4: credentials = auth-scheme [ 1*SP ( token68 / … ) ]
const CREDENTIALS = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?: +([^ ].*))?$/
const B64TOKEN = /^[A-Za-z0-9._~+/-]+=*$/

/** Reads the header's value; another scheme counts as no token, two tokens or stray characters as malformed. */
export function readAuthorization(value: string | undefined): Credentials {
  if (value === undefined || value === '') return { kind: 'none' }
  const match = CREDENTIALS.exec(value)
  if (!match) return { kind: 'malformed' }
  const [, scheme = '', token = ''] = match
  if (scheme.toLowerCase() !== 'bearer') return { kind: 'none' }
  return B64TOKEN.test(token) ? { kind: 'bearer', token } : { kind: 'malformed' }
}
