// Step 5 of /authorize: whom the app expects, by an ID token it was given before (OpenID Connect Core §3.1.2.1), or a trial by whose it is.
import type { Deps } from '../../deps.ts'
import { readIdTokenHint } from '../../tokens/id-token.ts'
import { OAuthError } from '../errors.ts'
import type { ValidRequest } from './valid-request.ts'

/** Notes the person of `id_token_hint`, which may have expired. @throws {OAuthError} invalid_request unless this client got it from us. */
export async function expectPerson({ config, keys, db }: Deps, valid: ValidRequest): Promise<ValidRequest> {
  const owner = valid.trial?.personId
  if (typeof owner === 'string') return { ...valid, request: { ...valid.request, expectedPersonId: owner } }
  const text = valid.parameters.get('id_token_hint')
  if (text === undefined) return valid
  const hint = await readIdTokenHint(config.issuer, keys, db, text)
  if (hint?.clientId !== valid.client.clientId)
    throw new OAuthError('invalid_request', 'id_token_hint is not an ID token that this application got from us')
  const { expectedPersonId = hint.personId } = valid.request
  if (expectedPersonId !== hint.personId)
    throw new OAuthError('invalid_request', 'id_token_hint names another person than claims does')
  return { ...valid, request: { ...valid.request, expectedPersonId, hintedPersonId: hint.personId } }
}
