// What the traffic of an application shows of how it was built: noted once a day and fact at most, so that it costs nothing.
import type { Db } from '../store/database.ts'
import { type EvidenceFact, noteSeen, type SeenFact } from '../store/tables/application-evidence.ts'

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
  readonly state: string | undefined
  readonly codeChallenge: string | undefined
  readonly nonce: string | undefined
  readonly userAgent: string | undefined
  /** Whether the answer comes by the link that is the app's own (app-links.ts). */
  readonly isAppLink: boolean
}

/** @returns the facts of a request to /authorize */
export function factsOfRequest(db: Db, request: ShownRequest): readonly SeenFact[] {
  const { codeChallenge, userAgent, isAppLink } = request
  const mark = userAgent === undefined ? undefined : webViewMark(userAgent)
  return [
    { fact: codeChallenge === undefined ? 'no-pkce' : 'pkce' },
    { fact: stateFact(db, request) },
    ...(mark !== undefined ? [{ fact: 'web-view', detail: mark } as const] : []),
    ...(mark === undefined && userAgent?.startsWith('Mozilla/5.0') ? [{ fact: 'browser' } as const] : []),
    ...(isAppLink ? [{ fact: 'app-link' } as const] : []),
  ]
}

// Reloaded, the very same request comes again: a repeated state is one that comes with another challenge or nonce.
function stateFact(
  db: Db,
  { applicationId, state, codeChallenge, nonce }: ShownRequest,
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

function notedToday(db: Db): Noted {
  const day = new Date().toISOString().slice(0, 10)
  const noted = NOTED.get(db)
  if (noted && noted.day === day && noted.facts.size + noted.states.size < MAX_REMEMBERED) return noted
  const fresh: Noted = { day, facts: new Set(), states: new Map() }
  NOTED.set(db, fresh)
  return fresh
}
