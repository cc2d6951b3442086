// Access tokens presented to our own endpoints: where they may stand in a request, and how a refusal reads (RFC 6750).
import { PROOF_ALGORITHMS } from '@mobile-api-gateway/sdk/dpop-proof.ts'
import type { FastifyRequest } from 'fastify'
import { formOf } from '../http/form.ts'
import { OAuthError } from './errors.ts'
import { misplacedParameter } from './misplaced-parameter.ts'

const REALM = 'mobile-api-gateway'

/** How a token came: plain, or with the claim that a proof of its key goes with it (RFC 9449 §7.1). */
export interface PresentedToken {
  readonly scheme: 'bearer' | 'dpop'
  readonly token: string
}

type BearerErrorCode = 'invalid_request' | 'invalid_token' | 'insufficient_scope'

const CREDENTIALS = /^(bearer|dpop) +([\w.~+/-]+=*)$/i

const BEARER = `Bearer realm="${REALM}"`
const DPOP = `DPoP algs="${PROOF_ALGORITHMS.join(' ')}"`

/** The schemes that a request without a token is challenged with. */
const CHALLENGES = { bearer: BEARER, 'bearer or dpop': `${BEARER}, ${DPOP}` } as const

/** A refusal with its challenge, in one WWW-Authenticate value (RFC 6750 §3). @param scope the scope that would do. */
export function bearerError(code: BearerErrorCode, description: string, scope?: string): OAuthError {
  const attributes = [`error="${code}"`, `error_description="${description}"`, ...(scope ? [`scope="${scope}"`] : [])]
  return new OAuthError(code, description, {
    headers: { 'www-authenticate': `${BEARER}, ${attributes.join(', ')}` },
  })
}

/** The one token of a request, or undefined when it has none. @throws {OAuthError} invalid_request (RFC 6750 §2, §3.1). */
function readPresentedToken(request: FastifyRequest): PresentedToken | undefined {
  const { authorization } = request.headers
  const misplaced = misplacedParameter(request)
  // OAuth 2.1 §5.1: a token in a URL ends up in logs, so nobody gets used to it here.
  if (misplaced === 'access_token')
    throw bearerError('invalid_request', 'send the access token in the Authorization header, not in the URL')
  if (misplaced !== undefined) throw bearerError('invalid_request', `${misplaced} has no place in the URL`)
  const posted = formOf(request)?.getAll('access_token') ?? []
  if (posted.length + (authorization === undefined ? 0 : 1) > 1)
    throw bearerError('invalid_request', 'send one access token, in one place')
  const [inForm] = posted
  if (authorization === undefined) return inForm === undefined ? undefined : { scheme: 'bearer', token: inForm }
  const [, scheme, token] = CREDENTIALS.exec(authorization) ?? []
  if (!scheme || !token)
    throw bearerError('invalid_request', 'the Authorization header has to be Bearer or DPoP, and a token')
  return { scheme: scheme.toLowerCase() === 'dpop' ? 'dpop' : 'bearer', token }
}

/**
 * The one token of a request.
 * @throws {OAuthError} 401 when it has none: with a challenge that names no error, for there is none (RFC 6750 §3.1,
 * RFC 9449 §7.1); and as readPresentedToken.
 */
export function requirePresentedToken(
  request: FastifyRequest,
  schemes: keyof typeof CHALLENGES = 'bearer or dpop',
): PresentedToken {
  const presented = readPresentedToken(request)
  if (presented && (schemes === 'bearer or dpop' || presented.scheme === 'bearer')) return presented
  throw new OAuthError('invalid_token', 'a token is missing; send it in the Authorization header', {
    headers: { 'www-authenticate': CHALLENGES[schemes] },
  })
}
