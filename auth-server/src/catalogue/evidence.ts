// What the traffic of an application shows of how it was built: noted once a day and fact at most, so that it costs nothing.
import { type Db, wholeOf } from '../store/database.ts'
import { type EvidenceFact, noteSeen, type SeenFact } from '../store/tables/application-evidence.ts'
import type { StoredRequest } from '../store/tables/authorization-requests.ts'

/** What this process has noted today, by database. */
interface Noted {
  readonly day: string
  readonly facts: Set<string>
  /** The last `state` of each application, and the challenge or nonce that came with it. */
  readonly states: Map<string, Readonly<{ state: string; with: string }>>
}

/** More applications than that in one day are noted more than once. */
const MAX_REMEMBERED = 50_000
const NOTED = new WeakMap<Db, Noted>()

/** Notes what was seen; one statement for all that is new today, none where nothing is. */
export async function noteEvidence(db: Db, applicationId: string, seen: readonly SeenFact[]): Promise<void> {
  const { facts } = notedToday(db)
  const keyOf = (fact: EvidenceFact) => `${applicationId} ${fact}`
  const fresh = seen.filter(({ fact }) => !facts.has(keyOf(fact)))
  if (fresh.length === 0) return
  for (const { fact } of fresh) facts.add(keyOf(fact))
  try {
    await noteSeen(db, applicationId, fresh)
  } catch {
    // Whoever signs in or refreshes is not kept from it by this; the next one notes it.
    for (const { fact } of fresh) facts.delete(keyOf(fact))
  }
}

/** What an authorization request shows. */
export interface ShownRequest {
  readonly applicationId: string
  readonly asked: Pick<StoredRequest, 'state' | 'codeChallenge' | 'nonce' | 'openedIn'>
  /** Whether the answer comes by the link that is the app's own (app-links.ts). */
  readonly isAppLink: boolean
}

/** What opened a request when no web view did. */
const BROWSER = 'browser'

/** What opens a request, to be kept in it; undefined where its user agent does not say. */
export function openedIn(userAgent: string | undefined): string | undefined {
  return userAgent?.startsWith('Mozilla/5.0') ? (webViewMark(userAgent) ?? BROWSER) : undefined
}

/**
 * The facts of a request to /authorize, once its code is redeemed: a request alone is a link, which anybody can make, and
 * make somebody follow.
 */
export function factsOfRequest(db: Db, request: ShownRequest): readonly SeenFact[] {
  const { asked, isAppLink } = request
  return [
    { fact: asked.codeChallenge === undefined ? 'no-pkce' : 'pkce' },
    { fact: stateFact(db, request) },
    ...(asked.openedIn === undefined ? [] : [seenIn(asked.openedIn)]),
    ...(isAppLink ? [{ fact: 'app-link' } as const] : []),
  ]
}

function seenIn(opened: string): SeenFact {
  return opened === BROWSER ? { fact: 'browser' } : { fact: 'web-view', detail: opened }
}

// A code that is redeemed once more was for the very same request: a repeated state comes with another challenge or nonce.
function stateFact(
  db: Db,
  { applicationId, asked: { state, codeChallenge, nonce } }: ShownRequest,
): 'state' | 'no-state' | 'state-repeated' {
  if (state === undefined) return 'no-state'
  const { states } = notedToday(db)
  const last = states.get(applicationId)
  const now = { state, with: codeChallenge ?? nonce ?? '' }
  states.set(applicationId, now)
  return last?.state === state && last.with !== now.with ? 'state-repeated' : 'state'
}

/** What a browser within an app says of itself: in such a page the app can read what is typed (RFC 8252 §8.12). */
const WEB_VIEWS: readonly (readonly [mark: string, pattern: RegExp])[] = [
  ['Facebook', /\bFB(?:AN|AV|_IAB)\//],
  ['Instagram', /\bInstagram /],
  ['Android WebView', /;\s*wv\)/],
  ['Electron', /\bElectron\//],
  // Safari, and what the system opens for an app, say Version/ and Safari/; a WKWebView says neither.
  ['WKWebView', /\((?:iPhone|iPad|iPod)[^)]*\) AppleWebKit\/\S+ \(KHTML, like Gecko\) Mobile\/\w+(?!.*Safari\/)/],
]

/** Which embedded web view a user agent is; undefined for a browser. */
export function webViewMark(userAgent: string): string | undefined {
  return WEB_VIEWS.find(([, pattern]) => pattern.test(userAgent))?.[0]
}

function notedToday(anyShare: Db): Noted {
  const db = wholeOf(anyShare)
  const day = new Date().toISOString().slice(0, 10)
  const noted = NOTED.get(db)
  if (noted && noted.day === day && noted.facts.size + noted.states.size < MAX_REMEMBERED) return noted
  const fresh: Noted = { day, facts: new Set(), states: new Map() }
  NOTED.set(db, fresh)
  return fresh
}
