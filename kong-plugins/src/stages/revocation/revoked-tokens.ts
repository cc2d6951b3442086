// What has been revoked and has not expired: families of tokens, and what a family or a client was issued up to a second.

/** One event of the feed. Times are seconds since 1970; from `exp` on no token that it is about is valid any more. */
export type RevocationEvent =
  | {
      readonly type: 'grant'
      readonly grantId: string
      /** Only what was issued until then, because less is allowed now; all that it ever gets when absent. */
      readonly issuedUntil?: number | undefined
      readonly exp: number
    }
  | {
      readonly type: 'client'
      readonly clientId: string
      /** The one audience concerned; all when absent. */
      readonly audience: string | undefined
      readonly issuedUntil: number
      readonly exp: number
    }

/** The facts of a token that decide. */
export interface TokenFacts {
  readonly grantId: string | undefined
  readonly clientId: string
  readonly audiences: readonly string[]
  readonly issuedAt: number
}

/** Everything revoked at one issuer. It only ever grows until its time is over: nothing that a feed says takes back. */
export interface RevokedTokens {
  /** @throws {Error} when there would be more than {@link MAX_ENTRIES} */
  add(event: RevocationEvent): void
  has(token: TokenFacts): boolean
  /** Drops what is about expired tokens alone. */
  forgetExpired(nowSeconds: number): void
  readonly size: number
}

/** About 150 MB. More than a million revocations within ten minutes is a feed that cannot be right. */
const MAX_ENTRIES = 1_000_000
/** The most leeway that a policy can grant to `exp`, in seconds. */
const MAX_LEEWAY_SECONDS = 60

type ClientEvent = Extract<RevocationEvent, { type: 'client' }>
type GrantEvent = Extract<RevocationEvent, { type: 'grant' }>

/** Creates an empty one. */
export function createRevokedTokens(maxEntries = MAX_ENTRIES): RevokedTokens {
  const grants = new Map<string, Readonly<{ issuedUntil: number; exp: number }>>()
  /** By client, then by audience; '' is all. Of two events about the same, the later one says it all. */
  const clients = new Map<string, Map<string, ClientEvent>>()
  let clientEntries = 0

  const concerns = (event: ClientEvent | undefined, token: TokenFacts): boolean =>
    event !== undefined && token.issuedAt <= event.issuedUntil

  /** Of two events about one family all that either says. */
  function addGrant({ grantId, issuedUntil = Number.POSITIVE_INFINITY, exp }: GrantEvent): void {
    const known = grants.get(grantId)
    grants.set(grantId, {
      issuedUntil: Math.max(issuedUntil, known?.issuedUntil ?? 0),
      exp: Math.max(exp, known?.exp ?? 0),
    })
  }

  function addClient(event: ClientEvent): void {
    const ofClient = clients.get(event.clientId) ?? new Map<string, ClientEvent>()
    const audience = event.audience ?? ''
    const known = ofClient.get(audience)
    if (!known) clientEntries += 1
    if (!known || known.issuedUntil < event.issuedUntil) ofClient.set(audience, event)
    clients.set(event.clientId, ofClient)
  }

  return {
    add(event) {
      if (grants.size + clientEntries >= maxEntries) throw new Error('more revocations than can be kept')
      if (event.type === 'client') addClient(event)
      else addGrant(event)
    },
    has(token) {
      const ofGrant = token.grantId === undefined ? undefined : grants.get(token.grantId)
      if (ofGrant && token.issuedAt <= ofGrant.issuedUntil) return true
      const ofClient = clients.get(token.clientId)
      if (!ofClient) return false
      return concerns(ofClient.get(''), token) || token.audiences.some((name) => concerns(ofClient.get(name), token))
    },
    forgetExpired(nowSeconds) {
      const over = (exp: number): boolean => exp + MAX_LEEWAY_SECONDS <= nowSeconds
      for (const [grantId, { exp }] of grants) if (over(exp)) grants.delete(grantId)
      for (const [clientId, ofClient] of clients) {
        for (const [audience, { exp }] of ofClient) if (over(exp) && ofClient.delete(audience)) clientEntries -= 1
        if (ofClient.size === 0) clients.delete(clientId)
      }
    },
    get size() {
      return grants.size + clientEntries
    },
  }
}
