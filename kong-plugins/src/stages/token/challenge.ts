// WWW-Authenticate: every challenge of an API in one header value, because Kong sends only the last of several.
import { PROOF_ALGORITHMS } from '@mobile-api-gateway/sdk/dpop-proof.ts'
import type { TokenConfig } from '../../schema/token-config.ts'
import type { Scheme } from './authorization.ts'

/** How an API wants to be shown tokens. */
export interface Challenger {
  readonly realm: string
  /** The schemes it accepts; at least one. */
  readonly schemes: readonly Scheme[]
  /** Address of its metadata (RFC 9728), if it has any. */
  readonly resourceMetadata: string | undefined
}

const SCHEMES = {
  off: ['bearer'],
  optional: ['bearer', 'dpop'],
  required: ['dpop'],
} as const satisfies Record<TokenConfig['dpop']['mode'], readonly Scheme[]>

/** How a policy wants to be shown tokens. */
export function challengerOf({ realm, dpop, resourceMetadata }: TokenConfig): Challenger {
  return { realm, schemes: SCHEMES[dpop.mode], resourceMetadata }
}

/** What was wrong: fixed words, ASCII without quotes (RFC 6750 §3). */
export interface ChallengeError {
  readonly error: string
  readonly error_description: string
  readonly scope?: string
  /** RFC 9470 §3: the logins that would do. */
  readonly acr_values?: string
  readonly max_age?: string
}

const NAMES = { bearer: 'Bearer', dpop: 'DPoP' } as const satisfies Record<Scheme, string>

/** What only one of the schemes says: RFC 9449 §7.1 names the algorithms of proofs. */
const OWN = { bearer: {}, dpop: { algs: PROOF_ALGORITHMS.join(' ') } } as const satisfies Record<Scheme, object>

/**
 * All schemes that the API accepts (RFC 9110 §11.6.1). The error stands with the scheme that was used, and first, for
 * clients that read no further (RFC 9449 §7.2).
 */
export function challenges(api: Challenger, used?: Scheme, error?: ChallengeError): string {
  const first = usedOrAccepted(api, used)
  const others = api.schemes.filter((scheme) => scheme !== first)
  return [challenge(api, first, error), ...others.map((scheme) => challenge(api, scheme))].join(', ')
}

/** The one challenge for whoever has used an accepted scheme, and lacks something else. */
export function challengeOf(api: Challenger, used: Scheme | undefined, error: ChallengeError): string {
  return challenge(api, usedOrAccepted(api, used), error)
}

function usedOrAccepted({ schemes }: Challenger, used: Scheme | undefined): Scheme {
  return used !== undefined && schemes.includes(used) ? used : (schemes[0] ?? 'bearer')
}

function challenge({ realm, resourceMetadata }: Challenger, scheme: Scheme, error?: ChallengeError): string {
  // RFC 9728 §5.1: with every challenge, since a client reads the one whose scheme it knows.
  const metadata = resourceMetadata === undefined ? {} : { resource_metadata: resourceMetadata }
  const parameters = Object.entries({ realm, ...error, ...OWN[scheme], ...metadata })
  return `${NAMES[scheme]} ${parameters.map(([name, value]) => `${name}="${value}"`).join(', ')}`
}
