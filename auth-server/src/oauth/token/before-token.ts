// Hooks before the first tokens of a login: asked when its code is redeemed, not at each refresh, before anything is used up.
import { sha256 } from '../../crypto/digest.ts'
import type { Deps } from '../../deps.ts'
import { temporarilyUnavailable } from '../../http/problem.ts'
import type { AddedClaims } from '../../store/added-claims.ts'
import { type CodePresented, findWaitingCode } from '../../store/queries/redeem-code.ts'
import { PORTAL_CLIENT } from '../../store/tables/applications.ts'
import { fitClaims, layersOf } from '../../tokens/added-claims.ts'
import { askHooks } from '../../tokens/ask-hooks.ts'
import { noteLeftOut } from '../../tokens/note-left-out.ts'
import { OAuthError } from '../errors.ts'

/**
 * What the login's tokens say beyond the server's own claims, where hooks were asked. Of a code that comes twice they are
 * asked twice, under one `webhook-id`; while they are being asked, once.
 * @throws {OAuthError} access_denied when a hook refuses
 * @throws {HttpProblem} 503 when one that decides does not answer: the code is as good as before
 */
export async function claimsBeforeToken(
  { db, config, hooks }: Pick<Deps, 'db' | 'config' | 'hooks'>,
  sent: Omit<CodePresented, 'codeChallenge'> & Readonly<{ codeVerifier: string | undefined }>,
): Promise<AddedClaims | undefined> {
  if (sent.clientId === PORTAL_CLIENT || !hooks.all.some(({ events }) => events.includes('before.token')))
    return undefined
  const codeChallenge = sent.codeVerifier === undefined ? null : sha256(sent.codeVerifier)
  // Of any other code the redemption says what is wrong with it, and no hook hears of it.
  const code = await findWaitingCode(db, { ...sent, codeChallenge })
  const asked = code ? hooks.before('before.token', code.apiId) : []
  if (!code || asked.length === 0) return undefined
  const { personId, applicationId, apiId, scopes, acr, amr, addedClaims, yieldingClaims } = code
  const about = { sub: personId, client_id: sent.clientId, application: applicationId, api: apiId, scopes, acr, amr }
  const data = { ...about, grant_type: 'authorization_code' }
  const question = {
    id: `msg_${sha256(`before.token ${sent.codeHash}`).slice(0, 22)}`,
    event: 'before.token',
    person: personId,
    data,
  }
  const known = layersOf(addedClaims ?? {}, yieldingClaims ?? {})
  const verdict = await askHooks(config, asked, question, { before: known.firm, told: hooks })
  if (verdict.kind === 'allowed') {
    const { claims, leftOut } = fitClaims(verdict.claims, known.yielding)
    noteLeftOut(hooks.log, leftOut)
    return claims
  }
  if (verdict.kind === 'unavailable')
    throw temporarilyUnavailable('who decides on tokens does not answer; send the same code again', 5)
  // RFC 8628 §3.5 has this code at the token endpoint; the sentence is for the person, whom nobody sees here.
  throw new OAuthError('access_denied', 'the operator of the server refuses tokens for this login')
}
