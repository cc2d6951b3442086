// What a sound proof still has to pass before it counts (RFC 9449 §4.3 no. 10 to 12, §11.1): each a decision of the caller's.

/** What a proof says of itself, and which key signed that. */
export interface ProofClaims {
  /** Thumbprint of its key (RFC 7638), base64url. */
  readonly thumbprint: string
  readonly jti: string
  /** Seconds since 1970, by the clock of whoever made it. */
  readonly issuedAt: number
  readonly nonce: string | undefined
  /** Hash of the access token that it goes with. */
  readonly ath: string | undefined
}

/** Whether the proof passes, or the caller's refusal. */
export type ProofDecision<Refusal extends object> = 'passed' | Refusal

/** Decides by what the proof says. */
export type ProofJudge<Refusal extends object> = (
  claims: ProofClaims,
) => ProofDecision<Refusal> | Promise<ProofDecision<Refusal>>

/** There is nothing to decide: said where it is so, and never by leaving something out. */
export type NotDemanded = 'not demanded'

interface TimelessJudges<Refusal extends object> {
  /** §4.3 no. 12: is it for the access token that came with it? */
  readonly ath: ProofJudge<Refusal> | NotDemanded
  /** §4.3 no. 12: is it by the key that the access token, or the request, is bound to? */
  readonly key: ProofJudge<Refusal> | NotDemanded
  /** §4.3 no. 10: does it carry a nonce of ours, where one is wanted? */
  readonly nonce: ProofJudge<Refusal> | NotDemanded
}

interface TwoSteps<Refusal extends object> extends TimelessJudges<Refusal> {
  /** §4.3 no. 11: was it made just now? */
  readonly time: ProofJudge<Refusal>
  /** §11.1: does it come for the first time? Asked last: a proof noted for a request that fails is spent. */
  readonly once: ProofJudge<Refusal> | NotDemanded
}

/** Where one step settles time and first use, such as one statement of a database. */
interface OneStep<Refusal extends object> extends TimelessJudges<Refusal> {
  readonly time: 'judged with once'
  readonly once: ProofJudge<Refusal>
}

/** The decisions. They are asked for in the order ath, time, key, nonce, once; the first refusal ends it. */
export type ProofJudges<Refusal extends object> = TwoSteps<Refusal> | OneStep<Refusal>

/** A proof that passed every decision. Only a judgement makes one. */
class AcceptedProof {
  readonly kind = 'accepted'
  readonly #claims: ProofClaims

  constructor(claims: ProofClaims) {
    this.#claims = claims
  }

  /** Thumbprint of the key that the caller holds (RFC 7638), base64url. */
  get thumbprint(): string {
    return this.#claims.thumbprint
  }
}

export type { AcceptedProof }

/** What became of a proof. */
export type JudgedProof<Refusal extends object> =
  | AcceptedProof
  | { readonly kind: 'refused'; readonly refusal: Refusal }

/** A proof that its key signed for this method and address. Nothing of it can be used before it is judged. */
export interface UnjudgedProof {
  readonly kind: 'unjudged'
  judge<Refusal extends object>(judges: ProofJudges<Refusal>): Promise<JudgedProof<Refusal>>
}

/** Holds the claims of a sound proof back until somebody has decided on all of them. */
export function unjudged(claims: ProofClaims): UnjudgedProof {
  return { kind: 'unjudged', judge: (judges) => judge(claims, judges) }
}

async function judge<Refusal extends object>(
  claims: ProofClaims,
  { ath, time, key, nonce, once }: ProofJudges<Refusal>,
): Promise<JudgedProof<Refusal>> {
  for (const decide of [ath, time, key, nonce, once]) {
    if (decide === 'not demanded' || decide === 'judged with once') continue
    const decision = await decide(claims)
    if (decision !== 'passed') return { kind: 'refused', refusal: decision }
  }
  return new AcceptedProof(claims)
}
