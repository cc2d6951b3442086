// DPoP at our endpoints (RFC 9449): a proof is read early, and accepted, once, when all else about its request holds.
import { checkProof, PROOF_ALGORITHMS, UNSOUND_PROOF } from '@mobile-api-gateway/sdk/dpop-proof.ts'
import type { NotDemanded, ProofJudge, UnjudgedProof } from '@mobile-api-gateway/sdk/judged-proof.ts'
import type { FastifyReply, FastifyRequest, onSendHookHandler } from 'fastify'
import { sha256 } from '../../crypto/digest.ts'
import type { Deps } from '../../deps.ts'
import { pathOf } from '../../http/request-path.ts'
import { databaseTime } from '../../store/clock.ts'
import { type PresentedGrant, useProof } from '../../store/tables/used-jtis.ts'
import { OAuthError } from '../errors.ts'
import { currentNonce, NONCE_WINDOW_SECONDS, windowOfNonce } from './nonce.ts'

const NONCE_HEADER = 'dpop-nonce'

/**
 * The proof that a request brought, sound and not judged yet; undefined when it brought none. The address is held against
 * the configured issuer: what Host or X-Forwarded-* say is the caller's word. Read it once the client is known: a
 * signature costs more than a look at who asks.
 * @throws {OAuthError} invalid_dpop_proof.
 */
export async function readProof({ config }: Deps, request: FastifyRequest): Promise<UnjudgedProof | undefined> {
  const { dpop } = request.headers
  if (dpop === undefined) return undefined
  const addresses = [config.issuer + pathOf(request.url)]
  const proof = await checkProof(String(dpop), { method: request.method, addresses })
  if (proof.kind === 'unsound') throw new OAuthError('invalid_dpop_proof', UNSOUND_PROOF[proof.why])
  return proof
}

/** What an endpoint demands of a proof beside its time and its first use. */
export interface ProofDemands {
  readonly ath: ProofJudge<OAuthError> | NotDemanded
  readonly key: ProofJudge<OAuthError> | NotDemanded
  /** A nonce that comes without being demanded has to be ours all the same. */
  readonly nonce: 'demanded' | NotDemanded
  /** The code or family of the request, where anybody may ask: nothing is noted beside one that does not live. */
  readonly presented?: PresentedGrant | undefined
}

/**
 * Accepts a proof in time and once, and gives out the next nonce. Call it last: a proof noted for a request that fails
 * for another reason is spent. With a nonce of ours the phone's own clock is not judged; a phone whose clock is wrong
 * hears `use_dpop_nonce`, which every client answers by itself, instead of an error that it could not repair.
 * @returns the thumbprint of the key. @throws {OAuthError} use_dpop_nonce, invalid_dpop_proof, or what `demands` says.
 */
export async function acceptProof(
  { db, config }: Deps,
  reply: FastifyReply,
  proof: UnjudgedProof,
  { ath, key, nonce: demand, presented }: ProofDemands,
): Promise<string> {
  const windowOf = (nonce: string | undefined): number | undefined =>
    nonce === undefined ? undefined : windowOfNonce(config.tokenSecrets, nonce)
  const judged = await proof.judge<OAuthError>({
    ath,
    key,
    nonce: ({ nonce }) =>
      windowOf(nonce) === undefined && (demand === 'demanded' || nonce !== undefined) ? useNonce() : 'passed',
    time: 'judged with once',
    once: async ({ thumbprint: jkt, jti, issuedAt, nonce }) => {
      const mark = { jkt, jti, issuedAt, nonceWindow: windowOf(nonce), presented }
      const { now, fresh, first } = await useProof(db, mark, NONCE_WINDOW_SECONDS)
      reply.header(NONCE_HEADER, currentNonce(config.tokenSecrets, now))
      if (!fresh) return useNonce()
      return first ? 'passed' : new OAuthError('invalid_dpop_proof', 'this DPoP proof has been used already')
    },
  })
  if (judged.kind === 'refused') throw judged.refusal
  return judged.thumbprint
}

function useNonce(): OAuthError {
  return new OAuthError('use_dpop_nonce', 'make a new DPoP proof with the nonce in the DPoP-Nonce header')
}

/**
 * For the `onSend` of each route that reads proofs: whoever sent one gets a nonce for the next, errors included (§8.2).
 * Only a request that failed early asks the clock here.
 */
export function giveNonce({ db, config }: Deps): onSendHookHandler {
  return async (request, reply, payload) => {
    if (request.headers.dpop === undefined || reply.hasHeader(NONCE_HEADER)) return payload
    // Without a database there is no time to make a nonce of; the answer says so already.
    const now = await databaseTime(db).catch(() => undefined)
    if (now !== undefined) reply.header(NONCE_HEADER, currentNonce(config.tokenSecrets, now))
    return payload
  }
}

/** How an access token was shown to an endpoint of ours (`Authorization: <scheme> <token>`). */
export interface Presentation {
  readonly scheme: 'bearer' | 'dpop'
  readonly token: string
}

/**
 * For endpoints of ours that access tokens open: a bound token counts only from the holder of its key, and a bearer
 * token is not made a better one by calling it DPoP (§7.1, §7.2). The token itself is verified before.
 * @param jkt the key that the token is bound to (`cnf.jkt`), or null.
 * @throws {OAuthError} with status 401 and a challenge.
 */
export async function requirePossession(
  deps: Deps,
  request: FastifyRequest,
  reply: FastifyReply,
  { scheme, token }: Presentation,
  jkt: string | null,
): Promise<void> {
  if (jkt === null && scheme === 'bearer') return
  try {
    if (jkt === null) throw new OAuthError('invalid_token', 'the access token is not bound to a key; send it as Bearer')
    if (scheme === 'bearer')
      throw new OAuthError('invalid_token', 'the access token is bound to a key; send it as DPoP')
    const proof = await readProof(deps, request)
    if (!proof) throw new OAuthError('invalid_dpop_proof', 'the DPoP header is missing')
    await acceptProof(deps, reply, proof, {
      ath: ({ ath }) =>
        ath === sha256(token)
          ? 'passed'
          : new OAuthError('invalid_dpop_proof', 'ath is not the hash of the access token'),
      key: ({ thumbprint }) =>
        thumbprint === jkt ? 'passed' : new OAuthError('invalid_token', 'the access token is bound to another key'),
      nonce: 'not demanded',
    })
  } catch (error) {
    throw error instanceof OAuthError ? challenged(error) : error
  }
}

function challenged(error: OAuthError): OAuthError {
  const { code, description, detail, cause } = error
  const challenge = `DPoP error="${code}", error_description="${description}", algs="${PROOF_ALGORITHMS.join(' ')}"`
  return new OAuthError(code, description, {
    status: 401,
    headers: { 'www-authenticate': challenge },
    ...(detail !== undefined && { detail }),
    cause,
  })
}
