// The app's own request once more, which is judged anew; for apps of which no browser says whether they opened.
import { MAX_URL_LENGTH } from '../../http/request-path.ts'
import type { VisitedApp } from '../../store/queries/ended-visits.ts'
import type { StoredRequest } from '../../store/tables/authorization-requests.ts'
import { AUTHORIZE_PATH } from '../paths.ts'

/** The parameter that asks for each wish again: `null` where a browser cannot, `''` where another one says it already. */
const PARAMETERS: Readonly<Record<keyof StoredRequest, string | null>> = {
  redirectUri: 'redirect_uri',
  scopes: 'scope',
  prompts: 'prompt',
  state: 'state',
  nonce: 'nonce',
  codeChallenge: 'code_challenge',
  dpopJkt: 'dpop_jkt',
  maxAgeSeconds: 'max_age',
  acrValues: 'acr_values',
  uiLocales: 'ui_locales',
  loginHint: 'login_hint',
  loginHintKey: '',
  idp: 'idp',
  claims: 'claims',
  // Of `acr` in `claims` no more than this is kept, and without it the wish would be voluntary (OpenID Connect Core §5.5.1.1).
  acrIsEssential: null,
  expectedPersonId: null,
  hintedPersonId: null,
  deviceJkt: null,
  openedIn: '',
}

/** Its address; undefined where the app alone can ask for it. */
export function again(request: StoredRequest, { clientId, resource, mustPush }: VisitedApp): string | undefined {
  const asked = new Map<string, unknown>(Object.entries(request))
  const wishes = Object.entries(PARAMETERS).filter(([wish]) => asked.has(wish))
  if (mustPush || wishes.some(([, name]) => name === null)) return undefined
  const parameters = new URLSearchParams({ response_type: 'code', client_id: clientId, resource })
  for (const [wish, name] of wishes) {
    const value = asked.get(wish)
    if (name) parameters.set(name, textOf(value))
  }
  if (request.codeChallenge !== undefined) parameters.set('code_challenge_method', 'S256')
  const href = `${AUTHORIZE_PATH}?${parameters}`
  return href.length > MAX_URL_LENGTH ? undefined : href
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.join(' ')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
