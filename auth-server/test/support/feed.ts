// A gateway at the feed of revocations: a machine that may read it, and reads it.
import { defineBuiltInApi } from '../../src/catalogue/apis.ts'
import { REVOCATIONS_SCOPE, revocationsApi } from '../../src/oauth/feed/gateway-access.ts'
import { clientCredentials, secretClient } from './clients.ts'
import type { TestServer } from './server.ts'

export interface FeedEvent {
  readonly type: string
  readonly grant_id?: string
  readonly client_id?: string
  readonly aud?: string
  readonly issued_until?: number
  readonly exp: number
}
export interface ObservedFeedAnswer {
  readonly cursor: string
  readonly complete: boolean
  readonly resync: boolean
  readonly events: readonly FeedEvent[]
  readonly now: number
}

/** Registers a gateway; `read` asks from a cursor, `follow` remembers its own. */
export async function feedReader(server: TestServer) {
  const api = revocationsApi(server.config.issuer)
  await defineBuiltInApi(server.db, api)
  const subscription = { apiId: api.id, plan: 'gateway', scopes: [REVOCATIONS_SCOPE] }
  const gateway = await secretClient(server, { clientId: 'gateway', name: 'Gateway' }, subscription)
  const token: string = (await clientCredentials(server.app, gateway.headers)).json().access_token
  const ask = (query: Readonly<Record<string, string>> = {}, bearer = token) =>
    server.app.inject({
      url: `/revocations?${new URLSearchParams(query)}`,
      headers: { authorization: `Bearer ${bearer}` },
    })
  const read = async (query: Readonly<Record<string, string>> = {}): Promise<ObservedFeedAnswer> => {
    const response = await ask(query)
    if (response.statusCode !== 200) throw new Error(`${response.statusCode} ${response.body}`)
    return response.json()
  }
  let cursor: string | undefined
  /** Everything since the last call, all pages. */
  const follow = async (waitSeconds = 0): Promise<readonly FeedEvent[]> => {
    const events: FeedEvent[] = []
    for (;;) {
      const answer = await read({ ...(cursor !== undefined && { cursor }), wait: String(waitSeconds) })
      cursor = answer.cursor
      events.push(...answer.events)
      if (answer.complete) return events
    }
  }
  return { ...gateway, token, ask, read, follow }
}
