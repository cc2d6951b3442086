// What happens to a trial: it begins, is read, calls, and ends. Every page that plays trials goes through here.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { sha256 } from '../crypto/digest.ts'
import { randomSecret } from '../crypto/random.ts'
import type { Deps } from '../deps.ts'
import { tooManyRequests } from '../http/problem.ts'
import { TRIAL_CALLBACK_PATH } from '../interaction/paths.ts'
import {
  beginTrial,
  countTrialCall,
  endTrial,
  findTrial,
  noteTrial,
  type StoredTrial,
  type TrialOwner,
} from '../store/tables/trials.ts'
import { addressBelow } from './address.ts'
import { callApi } from './call.ts'
import { newKey } from './dpop.ts'
import { sealTrial, type Trial, type TriedApp, unsealTrial } from './trial.ts'

const COOKIE_SECONDS = 3600
const MAX_CALLS = 200
/** Of the calls, so many are kept to be shown. */
const SHOWN_CALLS = 5

/** A trial that goes on, and what is stored of it. */
export interface OpenTrial extends StoredTrial {
  readonly trial: Trial
}

/** What cannot be done with a trial; a text each. */
export type TrialProblem = 'path' | 'gone' | 'tooManyCalls'

/** @param personId of the developer; null at a development machine */
export function ownerOf({ cookies }: Deps, request: FastifyRequest, personId: string | null): TrialOwner {
  return { browserHashes: cookies.trials(request).map(sha256), personId }
}

/** Begins a trial in this browser, in the place of the one that it had. @param secret of the browser. @throws {HttpProblem} 429 */
export async function begin(
  { db, config, cookies, limits }: Deps,
  reply: FastifyReply,
  app: TriedApp,
  personId: string | null,
  secret = randomSecret(),
): Promise<void> {
  const { waitSeconds } = await limits.admit({ trials: { about: personId ?? 'development' } })
  if (waitSeconds > 0) throw tooManyRequests('too many trials were begun', waitSeconds)
  const [id, state] = [randomSecret(16), randomSecret(16)]
  const trial: Trial = {
    app,
    redirectUri: config.issuer + TRIAL_CALLBACK_PATH,
    state,
    nonce: randomSecret(16),
    verifier: randomSecret(),
    ...(app.isBound && { key: await newKey() }),
    calls: [],
  }
  const browserHash = sha256(secret)
  const sealed = await sealTrial(trial, config.keyEncryptionKeys, id)
  await endTrial(db, { browserHashes: cookies.trials(reply.request).map(sha256), personId })
  await beginTrial(db, { id, browserHash, stateHash: sha256(state), personId, clientId: app.clientId, sealed })
  cookies.setTrial(reply, secret, COOKIE_SECONDS)
}

/** The trial of this browser; of another application or API it is none. */
export async function read(
  { db, config }: Deps,
  owner: TrialOwner,
  { clientId, resource }: Pick<TriedApp, 'clientId' | 'resource'>,
): Promise<OpenTrial | undefined> {
  const stored = owner.browserHashes.length > 0 ? await findTrial(db, owner) : undefined
  if (!stored) return undefined
  const trial = await unsealTrial(stored.sealed, config.keyEncryptionKeys, stored.id)
  return trial.app.clientId === clientId && trial.app.resource === resource ? { ...stored, trial } : undefined
}

/** Calls the API once, and keeps what it answered. Returns what stands against it. */
export async function call(
  { db, config }: Deps,
  { id, revision, trial }: OpenTrial,
  path: string,
): Promise<TrialProblem | undefined> {
  const { grant, app } = trial
  if (grant?.kind !== 'tokens') return 'gone'
  const address = addressBelow(app.resource, path)
  if (address === undefined) return 'path'
  if (!(await countTrialCall(db, id, MAX_CALLS))) return 'tooManyCalls'
  const reachedAt = config.gatewayAddresses.get(new URL(address).origin)
  const made = await callApi({ address, trial, grant, allowLoopback: config.issuer.startsWith('http:'), reachedAt })
  const calls = [...trial.calls, made].slice(-SHOWN_CALLS)
  const sealed = await sealTrial({ ...trial, calls }, config.keyEncryptionKeys, id)
  // Of two calls at once one is shown; both were made.
  await noteTrial(db, { id, revision, sealed })
  return undefined
}

export function end({ db }: Deps, owner: TrialOwner): Promise<void> {
  return endTrial(db, owner)
}
