// The configuration of the token stage, as it works with it: what kong.yml says, and what follows from that.
import { headerTwice } from './claim-headers.ts'
import { compiled, type INVALID, type Report } from './field.ts'
import { part, type RecordValue, record } from './record.ts'
import { TOKEN_FIELDS } from './token-fields.ts'

type GivenToken = RecordValue<typeof TOKEN_FIELDS>

/** What a policy asks of tokens that are bound to a key. */
export interface DpopConfig {
  readonly mode: GivenToken['dpop']
  /** Where clients find this API; proofs are held against these, never against Host or X-Forwarded-*. */
  readonly origins: ReadonlySet<string>
  /** How far the clock of a proof may differ from ours, in seconds. */
  readonly windowSeconds: number
}

/** Configuration of the token stage. */
export interface TokenConfig extends Omit<GivenToken, 'dpop' | 'dpopWindowSeconds' | 'publicOrigin' | 'realm'> {
  readonly realm: string
  readonly dpop: DpopConfig
}

/** One authorization server whose tokens are accepted. */
export type IssuerConfig = TokenConfig['issuers'][number]

/** Configuration of what Kong is told of callers. */
export type ConsumerConfig = Pick<TokenConfig, 'kongConsumer' | 'groupsClaim'>

/** Makes it of what was read. Reports a policy that requires proofs where nothing says for which address. */
export function compileToken(given: GivenToken, report: Report): TokenConfig | typeof INVALID {
  const { dpop, dpopWindowSeconds, publicOrigin, realm, ...rest } = part(given, TOKEN_FIELDS)
  const origins = originsOf(publicOrigin === undefined ? [...rest.audiences] : [publicOrigin])
  if (dpop === 'required' && origins.size === 0)
    return report('dpop', 'required needs public_origin, since no audience is an http or https address')
  const twice = headerTwice(rest.claimHeaders.map(({ header }) => header))
  if (twice !== undefined) return report('claim_headers', `names the header ${twice} twice`)
  return {
    ...rest,
    realm: realm ?? rest.policy,
    dpop: { mode: origins.size === 0 ? 'off' : dpop, origins, windowSeconds: dpopWindowSeconds },
  }
}

/** Audiences that are no addresses name no origin: nothing could be held against a proof then. */
function originsOf(addresses: readonly string[]): ReadonlySet<string> {
  return new Set(
    addresses.filter((text) => /^https?:/i.test(text) && URL.canParse(text)).map((text) => new URL(text).origin),
  )
}

/** Config of `mobile-token`. */
export const tokenConfig = compiled(
  record({
    description: 'Verifies the access token only; for chains with other plugins in between',
    fields: TOKEN_FIELDS,
  }),
  compileToken,
)
