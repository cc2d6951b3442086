// A trial at a provider begins: what is asked differs from every sign-in in state, nonce and verifier, so that no answer fits both.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AuditContext } from '../../audit/context.ts'
import { record } from '../../audit/record.ts'
import type { Config } from '../../config.ts'
import { hmac, sha256 } from '../../crypto/digest.ts'
import { madeBy, newState } from '../../crypto/state.ts'
import type { Deps } from '../../deps.ts'
import { tooManyRequests } from '../../http/problem.ts'
import { federationPath } from '../../identity/federation/addresses.ts'
import type { UpstreamRequest } from '../../identity/federation/provider.ts'
import type { IdentityProvider } from '../../identity/federation/providers.ts'
import { beginProviderTrial, noteProviderTrial } from '../../store/tables/provider-trials.ts'
import { PROVIDERS_PATH } from '../paths.ts'
import { failureInWords } from './failure.ts'
import { sealResult, type TrialResult } from './result.ts'

const PREFIX = 'trial-'
const STATE = /^trial-[\w-]{43}$/

/** Whether an answer is to a trial; the state of a sign-in never reads so. */
export function isTrialState(state: string): boolean {
  return STATE.test(state)
}

/** Where the result of a trial is shown. */
export function trialPage(provider: string): string {
  return [PROVIDERS_PATH, provider, 'trial'].join('/')
}

/** @param secret what the cookie of the portal holds: no other browser can go on with the answer */
export function trialRequest(
  { cookieSecrets, issuer }: Pick<Config, 'cookieSecrets' | 'issuer'>,
  { name }: Pick<IdentityProvider, 'name'>,
  { secret, state }: Readonly<{ secret: string; state: string }>,
): UpstreamRequest {
  const cookieSecret = madeBy(cookieSecrets, state.slice(PREFIX.length))
  const made = (what: string) => hmac(cookieSecret, 'provider trial', what, secret, state)
  return {
    redirectUri: `${issuer}${federationPath('callback', name)}`,
    state,
    nonce: made('nonce'),
    codeVerifier: made('verifier'),
    isFresh: false,
    ownPage: `${issuer}${trialPage(name)}`,
  }
}

/** Who tries, in which browser; the guard of the portal has seen to their role. */
export interface Trier {
  readonly personId: string
  readonly sessionId: string
  /** What the cookie of the portal holds. */
  readonly secret: string
  readonly context: AuditContext
}

/** Begins one, and notes that. Returns its state. @throws {HttpProblem} 429 */
export async function openTrial(
  { db, config, limits }: Pick<Deps, 'db' | 'config' | 'limits'>,
  request: FastifyRequest,
  provider: IdentityProvider,
  { personId, sessionId, secret, context }: Trier,
): Promise<string> {
  const { waitSeconds } = await limits.admit({ providerSignIns: { address: request.ip } })
  if (waitSeconds > 0) throw tooManyRequests('too many sign-ins at providers were begun; try again later', waitSeconds)
  const state = PREFIX + newState(config.cookieSecrets)
  const owner = { personId, sessionId, provider: provider.name }
  await db.transaction().execute(async (trx) => {
    await beginProviderTrial(trx, { ...owner, browserHash: sha256(secret), stateHash: sha256(state) })
    const change = { before: [], after: [provider.name] }
    await record(trx, { type: 'provider', outcome: 'tried', change }, context)
  })
  return state
}

/** Sends the browser to the provider; to the result where it cannot be asked. */
export async function tryAtProvider(
  deps: Pick<Deps, 'db' | 'limits' | 'config'>,
  request: FastifyRequest,
  reply: FastifyReply,
  provider: IdentityProvider,
  trier: Trier,
): Promise<FastifyReply> {
  const state = await openTrial(deps, request, provider, trier)
  const asked = trialRequest(deps.config, provider, { secret: trier.secret, state })
  try {
    const address = await provider.begin(asked)
    return reply.redirect(address.href, 303)
  } catch (error) {
    const isDown = provider.isDown()
    await settle(deps, state, { kind: 'failed', because: failureInWords(error), isDown })
    return reply.redirect(trialPage(provider.name), 303)
  }
}

/** Keeps what came of it. */
export async function settle(
  { db, config }: Pick<Deps, 'db' | 'config'>,
  state: string,
  result: TrialResult,
): Promise<void> {
  const stateHash = sha256(state)
  await noteProviderTrial(db, { stateHash, sealed: await sealResult(result, config.keyEncryptionKeys, stateHash) })
}
