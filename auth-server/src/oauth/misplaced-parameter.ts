// Parameters of the protocol in the URL of a back-channel request: refused, while anything else there is ignored.
import type { FastifyRequest } from 'fastify'
import { CREDENTIALS } from './client/authentication.ts'
import type { Endpoint } from './endpoint.ts'
import { GRANTS } from './token/grants/index.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What may not stand in the URL of this endpoint. */
    protocolParameters?: ReadonlySet<string> | undefined
  }
}

/** Of requests to the authorization endpoint, which may also be pushed, and what clients take for parameters of ours. */
const OTHERS = [
  ...['client_id', 'grant_type', 'username', 'password', 'assertion', 'device_code', 'resource', 'audience'],
  ...[
    'subject_token',
    'subject_token_type',
    'actor_token',
    'access_token',
    'id_token',
    'id_token_hint',
    'logout_token',
  ],
  ...['response_type', 'response_mode', 'state', 'nonce', 'code_challenge', 'code_challenge_method', 'prompt'],
  ...['max_age', 'login_hint', 'acr_values', 'claims', 'request', 'request_uri'],
]

/**
 * What our back-channel endpoints read, and what a client could take for it. In a URL it would end up in the logs of
 * every proxy on the way (OAuth 2.1 §3.2.1, RFC 6750 §2.3), and two endpoints could disagree on which of two values
 * counts. The rest (`client-request-id`, `x-client-SKU` …) is somebody's own and is ignored (RFC 6749 §3.2).
 */
export function protocolParameters(endpoints: readonly Endpoint[]): ReadonlySet<string> {
  return new Set([
    ...CREDENTIALS,
    ...[...GRANTS.values()].flatMap(({ parameters }) => parameters),
    ...endpoints.flatMap(({ parameters = [] }) => parameters),
    ...OTHERS,
  ])
}

/** The first parameter that has no place in the URL; one without a value counts as left out (RFC 6749 §3.2). */
export function misplacedParameter({ raw, routeOptions }: FastifyRequest): string | undefined {
  const url = raw.url ?? ''
  const start = url.indexOf('?')
  if (start < 0) return undefined
  const { protocolParameters } = routeOptions.config
  // Read leniently: what is broken or repeated beside it hides no parameter.
  for (const [name, value] of new URLSearchParams(url.slice(start)))
    if (value !== '' && protocolParameters?.has(name)) return name
  return undefined
}
