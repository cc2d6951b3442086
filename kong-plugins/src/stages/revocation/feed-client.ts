// Talks to the auth server: gets a machine token, asks the feed with it, and gets another one when it does not do any more.
import { readBoundedJson } from '../../bounded-json.ts'
import type { Clock } from '../../clock.ts'
import type { RevocationsConfig } from '../../schema/revocations.ts'
import { type FeedAnswer, readFeedAnswer } from './feed-answer.ts'

/** The feed of one issuer. */
export interface FeedAddress {
  readonly issuer: string
  readonly config: RevocationsConfig
}

/** Asks the feed. */
export interface FeedClient {
  /**
   * What follows `cursor`; everything without one. Waits up to `waitSeconds` for news.
   * @throws {Error} when there was no sound answer in time
   */
  ask(cursor: string | undefined, waitSeconds: number, signal: AbortSignal): Promise<FeedAnswer>
  /** The secret has been replaced. */
  useSecret(secret: string): void
}

const SCOPE = 'revocations:read'
/** How much longer than asked to wait an answer may take; then the connection counts as silent. */
const MARGIN_MILLIS = 4000
const MAX_BYTES = 4 * 1024 * 1024
/** A token is replaced when this part of its life is over. */
const USE_OF_LIFE = 0.8

/** Creates a client; it asks for nothing until told. */
export function createFeedClient({ issuer, config }: FeedAddress, clock: Clock): FeedClient {
  let secret = config.clientSecret
  let token: { readonly text: string; readonly goodUntil: number } | undefined

  async function fetchToken(signal: AbortSignal): Promise<string> {
    const response = await fetch(config.tokenUrl, {
      method: 'POST',
      headers: { accept: 'application/json', authorization: basic(config.clientId, secret) },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        scope: SCOPE,
        // The feed is an API of the issuer's own; a client with other subscriptions has to name it (RFC 8707 §2).
        resource: `${issuer}/revocations`,
      }),
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(MARGIN_MILLIS)]),
    })
    const document = await readBoundedJson(response, MAX_BYTES).catch((error: unknown) => {
      throw new Error('no token from the token endpoint', { cause: error })
    })
    const { access_token, expires_in } = Object(document)
    if (typeof access_token !== 'string' || !/^[\w.~+/-]+=*$/.test(access_token))
      throw new Error('the token endpoint answered without a token')
    const life = typeof expires_in === 'number' && expires_in > 0 ? expires_in : 60
    token = { text: access_token, goodUntil: clock.monotonic() + life * 1000 * USE_OF_LIFE }
    return access_token
  }

  async function request(
    cursor: string | undefined,
    waitSeconds: number,
    bearer: string,
    signal: AbortSignal,
  ): Promise<Response> {
    const url = new URL(config.url)
    if (cursor !== undefined) url.searchParams.set('cursor', cursor)
    url.searchParams.set('wait', String(waitSeconds))
    return fetch(url, {
      headers: { accept: 'application/json', authorization: `Bearer ${bearer}` },
      redirect: 'error',
      signal,
    })
  }

  return {
    async ask(cursor, waitSeconds, ending) {
      const silent = AbortSignal.timeout(waitSeconds * 1000 + MARGIN_MILLIS)
      const signal = AbortSignal.any([ending, silent])
      const kept = token && clock.monotonic() < token.goodUntil ? token.text : undefined
      let response = await request(cursor, waitSeconds, kept ?? (await fetchToken(signal)), signal)
      if (response.status === 401 && kept !== undefined) {
        await response.body?.cancel()
        response = await request(cursor, waitSeconds, await fetchToken(signal), signal)
      }
      if (response.status === 401 || response.status === 403) token = undefined
      return readFeedAnswer(await readBoundedJson(response, MAX_BYTES))
    },
    useSecret(next) {
      if (next === secret) return
      secret = next
      token = undefined
    },
  }
}

/** RFC 6749 §2.3.1: both halves are form-encoded before they are joined. */
function basic(clientId: string, secret: string): string {
  const encode = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1)
  return `Basic ${Buffer.from(`${encode(clientId)}:${encode(secret)}`).toString('base64')}`
}
