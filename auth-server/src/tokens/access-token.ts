// Access tokens: RFC 9068 JWTs for exactly one API.
import { randomSecret } from '../crypto/random.ts'
import { signJwt } from '../crypto/sign-jwt.ts'
import type { FamilyView } from '../store/tables/refresh-families.ts'
import { readOwnToken, textClaim } from './own-token.ts'
import type { KeyRing } from './signing-keys.ts'

/** Ten minutes: what a stolen token is worth at most where revocation has not been heard of. */
export const ACCESS_TOKEN_TTL_SECONDS = 600

/** What an access token says. */
export interface AccessTokenContent {
  /** The user, or the client itself where a machine calls. */
  readonly subject: string
  /** The login behind it; a machine has none. Its `id` is `grant_id`. */
  readonly login?: Pick<
    FamilyView,
    'id' | 'subjectKind' | 'isAttested' | 'mergedFrom' | 'acr' | 'amr' | 'authTime' | 'groups' | 'addedClaims'
  >
  readonly clientId: string
  readonly applicationId: string
  readonly resource: string
  readonly plan: string
  readonly scopes: readonly string[]
  /** Thumbprint of the key that the token is bound to (RFC 9449 §6.1), or null. */
  readonly dpopJkt: string | null
  readonly alg: string
  /** Unix seconds by the database's clock. */
  readonly now: number
}

/** Mints an access token (RFC 9068 §2). Returns the compact JWT. */
export function mintAccessToken(issuer: string, keys: KeyRing, content: AccessTokenContent): Promise<string> {
  return signJwt(keys.current(content.alg), 'at+jwt', {
    // First, so that whatever follows is the server's.
    ...content.login?.addedClaims?.access_token,
    iss: issuer,
    sub: content.subject,
    aud: content.resource,
    client_id: content.clientId,
    app_id: content.applicationId,
    scope: content.scopes.join(' '),
    jti: randomSecret(16),
    iat: content.now,
    exp: content.now + ACCESS_TOKEN_TTL_SECONDS,
    ...(content.login && {
      auth_time: content.login.authTime,
      acr: content.login.acr,
      amr: content.login.amr,
      grant_id: content.login.id,
      subject_kind: content.login.subjectKind,
      ...(content.login.isAttested && { attested: true }),
      ...(content.login.mergedFrom !== null && { merged_from: content.login.mergedFrom }),
      // RFC 9068 §2.2.3.1
      ...(content.login.groups.length > 0 && { groups: content.login.groups }),
    }),
    plan: content.plan,
    ...(content.dpopJkt !== null && { cnf: { jkt: content.dpopJkt } }),
  })
}

/** What an access token that came back says. */
export interface PresentedAccessToken {
  readonly subject: string
  readonly clientId: string
  /** The refresh-token family behind it; a machine's token has none. */
  readonly grantId: string | undefined
  /** The one API that it is for (`aud`). */
  readonly resource: string | undefined
  readonly scopes: readonly string[]
  /** Thumbprint of the key that it is bound to (RFC 9449 §6.1), or null. */
  readonly dpopJkt: string | null
  /** Unix seconds; whether that is past is for the database's clock to say. */
  readonly expiresAt: number
}

/** Reads an access token of ours; undefined for any other text, also for our ID tokens. */
export async function readAccessToken(
  issuer: string,
  keys: KeyRing,
  token: string,
): Promise<PresentedAccessToken | undefined> {
  const claims = await readOwnToken(issuer, keys, 'at+jwt', token)
  const subject = claims && textClaim(claims, 'sub')
  const clientId = claims && textClaim(claims, 'client_id')
  if (!claims || !subject || !clientId || typeof claims.exp !== 'number') return undefined
  const { cnf } = claims
  const dpopJkt = typeof cnf === 'object' && cnf !== null && 'jkt' in cnf ? String(cnf.jkt) : null
  const scopes = (textClaim(claims, 'scope') ?? '').split(' ').filter((scope) => scope !== '')
  const grantId = textClaim(claims, 'grant_id')
  return { subject, clientId, grantId, resource: textClaim(claims, 'aud'), scopes, dpopJkt, expiresAt: claims.exp }
}
