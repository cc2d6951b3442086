// The app's calls through the gateway: one to see what the backend sees, then as many as the plan allows.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Narrator } from './terminal.ts'

/** Headers that the gateway sets for the backend; a client's own are removed. */
const IDENTITY_HEADERS = [
  'x-authenticated-userid',
  'x-authenticated-kind',
  'x-authenticated-scope',
  'x-consumer-username',
  'x-consumer-custom-id',
  'x-credential-identifier',
]
const MOST_CALLS = 1000
const PARALLEL_CALLS = 10

function call(url: string, accessToken: string): Promise<Response> {
  return fetch(url, { headers: { authorization: `Bearer ${accessToken}` } })
}

/** Calls the API once without and once with the token, and shows the identity that reached the backend. */
export async function callOnce(url: string, accessToken: string, tell: Narrator): Promise<void> {
  tell.step('The app calls the API without a token')
  const refused = await fetch(url)
  tell.say(`GET ${url} → ${refused.status}`)
  tell.facts({ 'WWW-Authenticate': refused.headers.get('www-authenticate') ?? '(none)' })

  tell.step(
    'The app calls the API with the token',
    'The gateway verifies it, counts the call and tells the backend who calls.',
  )
  await tellAnswer(url, await callWhenAllowed(url, accessToken, tell), tell)
}

/** What the backend received with a call that passed, and what the app was told. */
export async function tellAnswer(url: string, response: Response, tell: Narrator): Promise<void> {
  tell.say(`GET ${url} → ${response.status}`)
  const received = response.ok ? readHeaders(await response.json()) : undefined
  if (received === undefined) throw new Error(`the call was refused: ${response.status} ${await response.text()}`)
  tell.say('The backend received:')
  tell.facts(Object.fromEntries(IDENTITY_HEADERS.map((name) => [name, String(received.get(name) ?? '(missing)')])))
  tell.say('The app was told:')
  tell.facts(limitHeaders(response))
}

/** A demo that ran a moment ago may have used up this minute: then we wait as Retry-After asks. */
async function callWhenAllowed(url: string, accessToken: string, tell: Narrator): Promise<Response> {
  const response = await call(url, accessToken)
  if (response.status !== 429) return response
  await response.body?.cancel()
  const seconds = Number(response.headers.get('retry-after') ?? 1)
  tell.say(`429: the limit is used up by earlier calls. Waiting ${seconds} s, as Retry-After asks…`)
  await sleep(seconds * 1000)
  return call(url, accessToken)
}

/** Calls until the limit of the plan is reached. */
export async function callUntilLimited(url: string, accessToken: string, tell: Narrator): Promise<void> {
  tell.step('The app calls until the limit', 'One counter per user and app; the plan decides how far it goes.')
  for (let calls = 0; calls < MOST_CALLS; calls += PARALLEL_CALLS) {
    const responses = await Promise.all(Array.from({ length: PARALLEL_CALLS }, () => call(url, accessToken)))
    const limited = responses.find(({ status }) => status === 429)
    if (limited !== undefined) {
      const passed = responses.filter(({ ok }) => ok).length
      tell.say(`${calls + passed} more calls passed, then ${limited.status}: ${(await limited.text()).trim()}`)
      tell.facts({ ...limitHeaders(limited), 'Retry-After': `${limited.headers.get('retry-after')} s` })
      return
    }
    for (const response of responses) {
      if (!response.ok) throw new Error(`a call was refused: ${response.status} ${await response.text()}`)
      await response.body?.cancel()
    }
  }
  throw new Error(`no limit after ${MOST_CALLS} calls`)
}

function limitHeaders({ headers }: Response): Record<string, string> {
  const names = ['RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset']
  return Object.fromEntries(names.map((name) => [name, headers.get(name) ?? '(none)']))
}

function readHeaders(body: unknown): Map<string, unknown> | undefined {
  if (typeof body !== 'object' || body === null || !('headers' in body)) return undefined
  return typeof body.headers === 'object' && body.headers !== null ? new Map(Object.entries(body.headers)) : undefined
}
