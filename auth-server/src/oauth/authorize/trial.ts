// Between steps 2 and 3 of /authorize: a request whose answer comes to the page of trials instead of the app.
import type { FastifyRequest } from 'fastify'
import { isRegistered } from '../../catalogue/redirect-uri.ts'
import { sha256 } from '../../crypto/digest.ts'
import type { Deps } from '../../deps.ts'
import { TRIAL_CALLBACK_PATH } from '../../interaction/paths.ts'
import { noteTrialAsked } from '../../store/tables/trials.ts'
import { OAuthError } from '../errors.ts'
import type { KnownClient } from './known-client.ts'

/** A trial that waits for the answer to this request. */
export interface AskedTrial {
  /** Its page, which no application has to register, and which is nobody else's redirect URI. */
  readonly redirectUri: string
  /** Who alone can sign in in it; null for anybody, on a development machine. */
  readonly personId: string | null
}

/**
 * No application registers the page of trials. It stands in the place of a redirect URI in one case: for a request with
 * the `state` of a trial of this very application, in the browser that the trial was begun in (by a member, from the
 * portal), until it is answered. A link with it is worth nothing in anybody else's browser; whoever follows one is shown
 * a page, and nothing leads on from there.
 * @throws {OAuthError} | {ParameterError} for a request that would be answered there and is none of a trial.
 */
export async function findOwnTrial(
  { db, config, cookies }: Deps,
  request: FastifyRequest,
  known: KnownClient,
): Promise<KnownClient> {
  const redirectUri = config.issuer + TRIAL_CALLBACK_PATH
  const { client, parameters, pushed } = known
  if (parameters.get('redirect_uri') !== redirectUri) return known
  const trial =
    pushed === null &&
    (await noteTrialAsked(db, {
      stateHash: sha256(parameters.get('state') ?? ''),
      applicationId: client.applicationId,
      browserHashes: cookies.trials(request).map(sha256),
    }))
  if (trial) return { ...known, trial: { redirectUri, personId: trial.personId } }
  if (isRegistered(redirectUri, client.redirectUris, client.kind)) return known
  throw new OAuthError(
    'invalid_request',
    'this trial has ended, was answered, or is in another browser; begin another one on the page “Try it”',
  )
}
