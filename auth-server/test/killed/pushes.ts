// Apps that push a request and open it, and people who say no.
import { sql } from 'kysely'
import { randomSecret } from '../../src/crypto/random.ts'
import { authorizeUrl, pkcePair } from '../support/phone.ts'
import { APP } from '../support/server.ts'
import type { Kind, World } from './kind.ts'

const UNUSED = { used: 0, ended: 0 }
const USED = { used: 1, ended: 1 }

export async function pushes({ app, db, ask }: World): Promise<Kind> {
  const stateOf = async (state: string) => {
    const { rows } = await sql<typeof USED>`
      select count(used_at)::int as used,
             (select count(completed_at)::int from authorization_requests where request->>'state' = ${state}) as ended
      from pushed_requests where parameters like ${`%state=${state}%`}`.execute(db)
    return rows[0]
  }

  return {
    promise: 'a reference that an app received is used up with the end of a visit, and by that only',
    clients: 3,
    requests: 30,
    millis: 10,
    async work() {
      const ended: string[] = []
      for (;;) {
        const state = randomSecret(16)
        const parameters = { state, prompt: 'none' }
        const form = Object.fromEntries(
          new URL(authorizeUrl(pkcePair().challenge, parameters), 'http://x').searchParams,
        )
        const pushed = await ask('/par', { form })
        if (pushed && pushed.status !== 201) throw new Error(`a request was refused: ${pushed.body}`)
        const requestUri: string | undefined = pushed && JSON.parse(pushed.body).request_uri
        const url = `/authorize?${new URLSearchParams({ client_id: APP.clientId, request_uri: requestUri ?? '' })}`
        // With prompt=none and nobody signed in, a visit ends as it begins.
        const answer = pushed && (await ask(url))
        if (!answer)
          return async (t) => {
            for (const state of ended) t.same(await stateOf(state), USED)
            const before = await stateOf(state)
            t.same(before, before?.used ? USED : UNUSED)
            if (!pushed) return
            t.equal((await app.inject(url)).statusCode, before?.used ? 400 : 303)
            t.same(await stateOf(state), USED)
          }
        if (answer.status !== 303) throw new Error(`a reference was refused: ${answer.body}`)
        ended.push(state)
      }
    },
  }
}
