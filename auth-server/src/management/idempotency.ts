// Idempotency-Key: a request that comes twice is done once, and answered twice (draft-ietf-httpapi-idempotency-key-header).
import { refusal } from '@mobile-api-gateway/sdk/contract/refusals.ts'
import { sha256 } from '../crypto/digest.ts'
import { seal, unseal } from '../crypto/seal.ts'
import type { KnownSecrets } from '../crypto/secrets.ts'
import type { HttpProblem } from '../http/problem.ts'
import type { Db, Trx } from '../store/database.ts'
import { claimKey, findKey, keepAnswer } from '../store/tables/idempotency-keys.ts'
import { callerOf, type ManagementActor } from './actor.ts'
import type { AnyInput } from './handler.ts'
import { invalid, refused } from './refusals.ts'

/** For how long an answer is given again. */
export const KEPT_SECONDS = 24 * 3600

/** A structured field's string (RFC 8941 §3.3.3), or the same without its quotation marks. */
const KEY = /^(?:"[\x20\x21\x23-\x5b\x5d-\x7e]{1,255}"|[\x21\x23-\x5b\x5d-\x7e]{1,255})$/

/** One request under its key. */
export interface KeyedRequest {
  readonly actor: ManagementActor
  readonly operation: string
  readonly input: AnyInput
  readonly ifMatch: string | undefined
  readonly key: string
}

/**
 * Does something unless it was done under this key already: then the answer is the same.
 * @param secrets that answers are sealed with, for some hold a secret
 * @throws {HttpProblem} 400 for a key that cannot be one, 422 when something else was asked by it
 */
export async function once(
  trx: Trx,
  secrets: KnownSecrets,
  request: KeyedRequest,
  work: () => Promise<unknown>,
): Promise<unknown> {
  const { place, requestHash, about } = readKey(request)
  const claimed = await claimKey(trx, place, requestHash, KEPT_SECONDS)
  if (claimed.kind === 'known') {
    if (claimed.requestHash !== requestHash) throw reused()
    return parse(await unseal(claimed.answer ?? '', secrets, about))
  }
  const answer = await work()
  const sealed = await seal(Buffer.from(JSON.stringify({ answer })), secrets, about)
  await keepAnswer(trx, place, sealed, personOf(request.input) ?? request.actor.person?.id ?? null)
  return answer
}

/**
 * The answer that such a request had already, before anything is prepared for it. Undefined where there is none yet.
 * @throws {HttpProblem} as `once`
 */
export async function answeredBefore(
  db: Db,
  secrets: KnownSecrets,
  request: KeyedRequest,
): Promise<Readonly<{ answer: unknown }> | undefined> {
  const { place, requestHash, about } = readKey(request)
  const known = await findKey(db, place)
  if (!known || known.answer === null) return undefined
  if (known.requestHash !== requestHash) throw reused()
  return { answer: parse(await unseal(known.answer, secrets, about)) }
}

function readKey({ actor, operation, input, ifMatch, key: sent }: KeyedRequest) {
  if (!KEY.test(sent)) throw invalid('idempotency_key')
  const place = { actor: callerOf(actor), key: sha256(sent.replaceAll('"', '')) }
  const requestHash = sha256(JSON.stringify([operation, input, ifMatch ?? null]))
  return { place, requestHash, about: `${place.actor} ${place.key}` }
}

function parse(bytes: Uint8Array): unknown {
  const kept: unknown = JSON.parse(Buffer.from(bytes).toString())
  return typeof kept === 'object' && kept !== null && 'answer' in kept ? kept.answer : undefined
}

function personOf({ params }: AnyInput): string | null {
  return 'person_id' in params && typeof params.person_id === 'string' ? params.person_id : null
}

function reused(): HttpProblem {
  return refused('idempotency_key_reused', refusal('idempotency_key_reused'))
}
