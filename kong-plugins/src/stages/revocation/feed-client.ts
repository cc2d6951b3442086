// Talks to the auth server: gets a machine token, asks the feed with it, and gets another one when it does not do any more.
import { readBoundedJson } from '../../bounded-json.ts'
import type { Clock } from '../../clock.ts'
import { createMachineToken } from '../../machine-token.ts'
import type { RevocationsConfig } from '../../schema/revocations.ts'
import { askAuthServer } from '../../tracing/ask-auth-server.ts'
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

/** Creates a client; it asks for nothing until told. */
export function createFeedClient({ issuer, config }: FeedAddress, clock: Clock): FeedClient {
  const { tokenUrl, clientId } = config
  // The feed is an API of the issuer's own.
  const about = { tokenUrl, clientId, scope: SCOPE, resource: `${issuer}/revocations` }
  const token = createMachineToken(about, config.clientSecret, clock)

  async function request(
    cursor: string | undefined,
    waitSeconds: number,
    bearer: string,
    signal: AbortSignal,
  ): Promise<Response> {
    const url = new URL(config.url)
    if (cursor !== undefined) url.searchParams.set('cursor', cursor)
    url.searchParams.set('wait', String(waitSeconds))
    return askAuthServer('read the feed', url, {
      headers: { accept: 'application/json', authorization: `Bearer ${bearer}` },
      redirect: 'error',
      signal,
    })
  }

  return {
    async ask(cursor, waitSeconds, ending) {
      const silent = AbortSignal.timeout(waitSeconds * 1000 + MARGIN_MILLIS)
      const signal = AbortSignal.any([ending, silent])
      const kept = token.kept()
      let response = await request(cursor, waitSeconds, kept ?? (await token.fetch(signal)), signal)
      if (response.status === 401 && kept !== undefined) {
        await response.body?.cancel()
        response = await request(cursor, waitSeconds, await token.fetch(signal), signal)
      }
      if (response.status === 401 || response.status === 403) token.forget()
      return readFeedAnswer(await readBoundedJson(response, MAX_BYTES))
    },
    useSecret: (secret) => token.useSecret(secret),
  }
}
