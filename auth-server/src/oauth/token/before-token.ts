// Hooks before the first tokens of a login: asked when its code is redeemed or its device opens it, not at each refresh, before anything is used up.
import { sha256 } from '../../crypto/digest.ts'
import type { Hook } from '../../delivery/hooks/hooks.ts'
import type { Deps } from '../../deps.ts'
import { temporarilyUnavailable } from '../../http/problem.ts'
import { DEVICE_ACR, DEVICE_AMR } from '../../identity/acr.ts'
import type { AddedClaims } from '../../store/added-claims.ts'
import { findDeviceLogin, type MayOpen } from '../../store/queries/device-grant.ts'
import { type CodePresented, findWaitingCode } from '../../store/queries/redeem-code.ts'
import { PORTAL_CLIENT } from '../../store/tables/applications.ts'
import { fitClaims, layersOf } from '../../tokens/added-claims.ts'
import { askHooks } from '../../tokens/ask-hooks.ts'
import { noteLeftOut } from '../../tokens/note-left-out.ts'
import { DEVICE_GRANT } from '../device/guests.ts'
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
  const known = layersOf(code.addedClaims ?? {}, code.yieldingClaims ?? {})
  const told = { ...code, clientId: sent.clientId, grantType: 'authorization_code' }
  const added = await askAbout({ config, hooks }, asked, { grant: sent.codeHash, told, before: known.firm })
  const { claims, leftOut } = fitClaims(added, known.yielding)
  noteLeftOut(hooks.log, leftOut)
  return claims
}

/**
 * The same for the login of a guest's device, which its first assertion opens; those that go on with it ask nobody, as a
 * refresh does not. Where no hook wants to be asked, nothing is looked up.
 */
export async function mayOpenLogin(
  { db, config, hooks }: Pick<Deps, 'db' | 'config' | 'hooks'>,
  sent: Readonly<{ jkt: string; jti: string; clientId: string; apiId: string }>,
): Promise<MayOpen> {
  const asked = hooks.before('before.token', sent.apiId)
  if (asked.length === 0) return { addedClaims: undefined }
  const login = await findDeviceLogin(db, sent)
  if (!login || login.isKnown) return false
  const { clientId, apiId } = sent
  const told = { ...login, clientId, apiId, acr: DEVICE_ACR, amr: DEVICE_AMR, grantType: DEVICE_GRANT }
  const grant = `${sent.jkt} ${sent.jti}`
  return { addedClaims: await askAbout({ config, hooks }, asked, { grant, told, before: {} }) }
}

/** A login whose first tokens are asked for. */
interface LoginTold {
  readonly personId: string
  readonly clientId: string
  readonly applicationId: string
  readonly apiId: string
  readonly scopes: readonly string[]
  readonly acr: string
  readonly amr: readonly string[]
  readonly grantType: string
}

interface TokenQuestion {
  /** What was presented; the question about it has one id. */
  readonly grant: string
  readonly told: LoginTold
  /** What the login has already. */
  readonly before: AddedClaims
}

async function askAbout(
  { config, hooks }: Pick<Deps, 'config' | 'hooks'>,
  asked: readonly Hook[],
  { grant, told, before }: TokenQuestion,
): Promise<AddedClaims> {
  const { personId, clientId, applicationId, apiId, scopes, acr, amr, grantType } = told
  const about = { sub: personId, client_id: clientId, application: applicationId, api: apiId, scopes, acr, amr }
  const question = {
    id: `msg_${sha256(`before.token ${grant}`).slice(0, 22)}`,
    event: 'before.token',
    person: personId,
    data: { ...about, grant_type: grantType },
  }
  const verdict = await askHooks(config, asked, question, { before, told: hooks })
  if (verdict.kind === 'allowed') return verdict.claims
  if (verdict.kind === 'unavailable')
    throw temporarilyUnavailable('who decides on tokens does not answer; send the same again', 5)
  // RFC 8628 §3.5 has this code at the token endpoint; the sentence is for the person, whom nobody sees here.
  throw new OAuthError('access_denied', 'the operator of the server refuses tokens for this login')
}
