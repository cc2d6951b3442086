// Every OAuth error this server can give: one table of codes, one class that carries a word for each of its readers.

/** Code → HTTP status where the error is answered directly, and where the code is defined. */
export const ERRORS = {
  invalid_request: { status: 400, source: 'RFC 6749 §4.1.2.1, §5.2' },
  invalid_client: { status: 401, source: 'RFC 6749 §5.2' },
  invalid_grant: { status: 400, source: 'RFC 6749 §5.2' },
  unauthorized_client: { status: 400, source: 'RFC 6749 §4.1.2.1, §5.2' },
  unsupported_grant_type: { status: 400, source: 'RFC 6749 §5.2' },
  unsupported_response_type: { status: 400, source: 'RFC 6749 §4.1.2.1' },
  invalid_scope: { status: 400, source: 'RFC 6749 §4.1.2.1, §5.2' },
  invalid_target: { status: 400, source: 'RFC 8707 §2' },
  invalid_dpop_proof: { status: 400, source: 'RFC 9449 §5, §7.1' },
  use_dpop_nonce: { status: 400, source: 'RFC 9449 §8, §9' },
  invalid_request_uri: { status: 400, source: 'RFC 9101 §6, RFC 9126 §4' },
  invalid_token: { status: 401, source: 'RFC 6750 §3.1' },
  unsupported_token_type: { status: 400, source: 'RFC 7009 §2.2.1' },
  invalid_redirect_uri: { status: 400, source: 'RFC 7591 §3.2.2' },
  invalid_client_metadata: { status: 400, source: 'RFC 7591 §3.2.2' },
  too_many_requests: { status: 429, source: 'RFC 6585 §4' },
  access_denied: { status: 403, source: 'RFC 6749 §4.1.2.1' },
  insufficient_scope: { status: 403, source: 'RFC 6750 §3.1' },
  login_required: { status: 400, source: 'OpenID Connect Core §3.1.2.6' },
  interaction_required: { status: 400, source: 'OpenID Connect Core §3.1.2.6' },
  consent_required: { status: 400, source: 'OpenID Connect Core §3.1.2.6' },
  request_not_supported: { status: 400, source: 'OpenID Connect Core §3.1.2.6' },
  request_uri_not_supported: { status: 400, source: 'OpenID Connect Core §3.1.2.6' },
  server_error: { status: 500, source: 'RFC 6749 §4.1.2.1' },
  temporarily_unavailable: { status: 503, source: 'RFC 6749 §4.1.2.1' },
} as const

export type ErrorCode = keyof typeof ERRORS

/** What our sentences hold beside ASCII, in words that say the same. */
const SPELLED: Readonly<Record<string, string>> = {
  ...{ '§': 'section ', '…': '...', '–': '-', '—': '-', '×': 'x', '≥': 'at least ' },
  ...{ '"': "'", '“': "'", '”': "'", '„': "'", '‘': "'", '’': "'", '\\': '/' },
}

// RFC 6749 §5.2: ASCII without quotation mark and backslash. What is left are characters that somebody else sent.
function inAscii(text: string): string {
  return text
    .replace(/[^\x20\x21\x23-\x5B\x5D-\x7E]/g, (character) => SPELLED[character] ?? character)
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .replace(/[^\x20\x21\x23-\x5B\x5D-\x7E]/g, '?')
}

/** One error, three readers: `code` for machines, `description` for the integrator, `detail` and `cause` for the log. */
export class OAuthError extends Error {
  override name = 'OAuthError'
  readonly code: ErrorCode
  readonly description: string
  readonly detail: string | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly status: number

  constructor(
    code: ErrorCode,
    description: string,
    more: Readonly<{
      detail?: string
      cause?: unknown
      headers?: Readonly<Record<string, string>>
      /** Where the same code has another status: a protected resource says 401 (RFC 9449 §7.1). */
      status?: number
    }> = {},
  ) {
    super(`${code}: ${description}`, more.cause === undefined ? undefined : { cause: more.cause })
    this.code = code
    this.description = inAscii(description)
    this.detail = more.detail
    this.headers = more.headers ?? {}
    this.status = more.status ?? ERRORS[code].status
  }
}
