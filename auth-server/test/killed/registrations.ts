// Clients that register themselves, all with one initial access token.
import { sha256 } from '../../src/crypto/digest.ts'
import { randomSecret } from '../../src/crypto/random.ts'
import { createInitialAccessToken } from '../../src/tokens/initial-access-token.ts'
import type { Kind, World } from './kind.ts'

const USES = 100_000

export async function registrations({ db, ask }: World): Promise<Kind> {
  const token = await createInitialAccessToken(db, { note: 'test', uses: USES })
  const headers = { authorization: `Bearer ${token}` }

  return {
    promise: 'a client that was told its secret is registered; each use of a token is one client',
    clients: 2,
    requests: 20,
    millis: 15,
    async work() {
      const registered: { client_id: string; client_secret: string }[] = []
      for (;;) {
        const json = { redirect_uris: [`https://${randomSecret(8).toLowerCase().replace(/\W/g, '')}.example.com/cb`] }
        const answer = await ask('/register', { json, headers })
        if (!answer) break
        if (answer.status !== 201) throw new Error(`a registration was refused: ${answer.body}`)
        registered.push(JSON.parse(answer.body))
      }
      return async (t) => {
        const told = registered.map(({ client_id, client_secret }) => [client_id, sha256(client_secret)])
        const rows = await db
          .selectFrom('applications')
          .where('client_id', 'in', ['', ...registered.map(({ client_id }) => client_id)])
          .select(['client_id', 'client_secret_hash'])
          .execute()
        t.same(rows.map(({ client_id, client_secret_hash }) => [client_id, client_secret_hash]).sort(), told.sort())
      }
    },
    async finish(t) {
      const clients = await db
        .selectFrom('applications')
        .where('client_id', 'like', 'client\\_%')
        .select('id')
        .execute()
      const { remaining_uses } = await db
        .selectFrom('initial_access_tokens')
        .select('remaining_uses')
        .executeTakeFirstOrThrow()
      t.equal(clients.length + remaining_uses, USES)
    },
  }
}
