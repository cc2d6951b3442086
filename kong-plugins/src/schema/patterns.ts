// The rules that texts in a configuration are matched by: each twice, because Kong matches Lua patterns.

/** One rule. */
export interface Pattern {
  readonly lua: string
  readonly js: RegExp
  readonly says: string
}

/** The name of a policy, or of what calls are counted under. */
export const POLICY_NAME: Pattern = {
  lua: '^[A-Za-z0-9-]+$',
  js: /^[A-Za-z0-9-]+$/,
  says: 'must consist of letters, digits and dashes',
}

export const HTTP_URL: Pattern = {
  lua: '^https?://[^%s]+$',
  js: /^https?:\/\/[^\s]+$/,
  says: 'must be an http or https address',
}

/** What stands between quotes in WWW-Authenticate, or in a header value, as it is. */
export const QUOTABLE_URL: Pattern = {
  lua: '^https?://[!#-Z%[%]^-~]+$',
  js: /^https?:\/\/[!#-[\]-~]+$/,
  says: 'must be an http or https address of printable ASCII without " and \\',
}

// OpenID Connect Core §2: a case-sensitive string; RFC 9470 §3 lists several in quotes, a space between them.
export const ACR_VALUE: Pattern = {
  lua: '^[!#-/0-Z%[%]^-~]+$',
  js: /^[!#-[\]^-~]+$/,
  says: 'must be one value of acr: printable ASCII without blanks, " and \\',
}

export const HTTP_ORIGIN: Pattern = {
  lua: '^https?://[A-Za-z0-9.:%[%]-]+$',
  js: /^https?:\/\/[A-Za-z0-9.:[\]-]+$/,
  says: 'must be an http or https origin: scheme, host and, if need be, port',
}

// RFC 6749 §3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E )
export const SCOPE_TOKEN: Pattern = {
  lua: '^[!#-/0-Z%[%]^-~]+$',
  js: /^[!#-[\]^-~]+$/,
  says: 'must be one scope (RFC 6749 §3.3)',
}
