// Phones that redeem a code and refresh.
import { decodeJwt } from 'jose'
import { APP } from '../support/server.ts'
import { CLAIMED_URI, nextCode } from '../support/session.ts'
import { type Kind, signedIn, type World } from './kind.ts'
import type { MortalAnswer } from './mortal-server.ts'

interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
  readonly error?: string
}

export async function phones(world: World): Promise<Kind> {
  const received: Tokens[] = []
  const { browser } = await signedIn(world)
  const tokensOf = ({ body }: MortalAnswer): Tokens => JSON.parse(body)
  const post = (form: Record<string, string>) => world.ask('/token', { form: { client_id: APP.clientId, ...form } })
  const refresh = (token: string) => post({ grant_type: 'refresh_token', refresh_token: token })
  const redeem = ({ code, verifier }: { code: string; verifier: string }) =>
    post({ grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: CLAIMED_URI })

  return {
    promise: 'no token is issued twice, and none is lost that a phone received',
    clients: 6,
    requests: 40,
    millis: 30,
    async work() {
      const code = await nextCode(browser)
      let token: string | undefined
      for (;;) {
        const answer = await (token === undefined ? redeem(code) : refresh(token))
        if (!answer) break
        if (answer.status !== 200) throw new Error(`a fresh code or a received token was refused: ${answer.body}`)
        const tokens = tokensOf(answer)
        received.push(tokens)
        token = tokens.refresh_token
      }
      return async (t) => {
        // What was in flight may have happened or not; the phone cannot tell, and simply asks again.
        const answer = await (token === undefined ? redeem(code) : refresh(token))
        if (token !== undefined) t.equal(answer?.status, 200, 'the token that the phone received last still works')
        else t.ok(answer?.status === 200 || (answer && tokensOf(answer).error === 'invalid_grant'))
        if (answer?.status === 200) received.push(tokensOf(answer))
      }
    },
    async finish(t) {
      const jtis = received.map(({ access_token }) => decodeJwt(access_token).jti)
      t.equal(new Set(jtis).size, jtis.length, 'no access token was issued twice')
      const tokens = new Set(received.map(({ refresh_token }) => refresh_token))
      const generations = new Set([...tokens].map((token) => token.split('.', 2).join('.')))
      t.equal(tokens.size, generations.size, 'one refresh token per generation of a family')
      const families = await world.db.selectFrom('refresh_families').select(['id', 'revoked_because']).execute()
      const redeemed = await world.db
        .selectFrom('authorization_codes')
        .where('consumed_at', 'is not', null)
        .select('family_id')
        .execute()
      t.same(
        families.map(({ id }) => id).sort(),
        redeemed.map(({ family_id }) => family_id).sort(),
        'each redeemed code has one family',
      )
      t.same(
        families.filter(({ revoked_because }) => ![null, 'signed out'].includes(revoked_because)),
        [],
        'and none was mistaken for stolen',
      )
    },
  }
}
