// The app's own request once more, which is judged anew; for apps of which no browser says whether they opened.
import { MAX_URL_LENGTH } from '../../http/request-path.ts'
import type { VisitedApp } from '../../store/queries/ended-visits.ts'
import type { StoredRequest } from '../../store/tables/authorization-requests.ts'
import { AUTHORIZE_PATH } from '../paths.ts'

/** Its address; undefined where the app alone can ask for it. */
export function again(request: StoredRequest, { clientId, resource, mustPush }: VisitedApp): string | undefined {
  if (mustPush || request.deviceJkt !== undefined || request.expectedPersonId !== undefined) return undefined
  const { redirectUri, scopes, prompts, state, nonce, codeChallenge, dpopJkt } = request
  const { maxAgeSeconds, acrValues, loginHint, uiLocales } = request
  const parameters = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    resource,
    scope: scopes.join(' '),
    prompt: prompts.join(' '),
    ...(state !== undefined && { state }),
    ...(nonce !== undefined && { nonce }),
    ...(codeChallenge !== undefined && { code_challenge: codeChallenge, code_challenge_method: 'S256' }),
    ...(dpopJkt !== undefined && { dpop_jkt: dpopJkt }),
    ...(maxAgeSeconds !== undefined && { max_age: String(maxAgeSeconds) }),
    ...(acrValues !== undefined && { acr_values: acrValues.join(' ') }),
    ...(loginHint !== undefined && { login_hint: loginHint }),
    ...(uiLocales !== undefined && { ui_locales: uiLocales.join(' ') }),
  })
  const href = `${AUTHORIZE_PATH}?${parameters}`
  return href.length > MAX_URL_LENGTH ? undefined : href
}
