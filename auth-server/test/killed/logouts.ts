// Browsers that sign out of a session in which an app was signed in whose server wants to hear of it.
import { sql } from 'kysely'
import { formsOf } from '../support/browser.ts'
import { redeem, refresh } from '../support/phone.ts'
import { CLAIMED_URI, nextCode } from '../support/session.ts'
import { cookiesOf, type Kind, signedIn, type World } from './kind.ts'

const BEFORE = { session: 1, family: 1, notices: 0 }
const AFTER = { session: 0, family: 0, notices: 1 }

export async function logouts(world: World): Promise<Kind> {
  const { app, db } = world
  /** A client's server that is never there, so that notices stay. */
  await world.register({ backchannelLogoutUri: 'http://127.0.0.1:1/' })

  const stateOf = async (sessionId: string) => {
    const { rows } = await sql<typeof BEFORE>`
      select (select count(*)::int from sessions where id = ${sessionId}) as session,
             (select count(*)::int from refresh_families where session_id = ${sessionId} and revoked_at is null) as family,
             (select count(*)::int from outbox where payload->>'sessionId' = ${sessionId}) as notices`.execute(db)
    return rows[0]
  }

  return {
    promise:
      'signing out ends session and apps and tells their servers: all of it, or nothing and it can be sent again',
    clients: 3,
    requests: 12,
    millis: 20,
    async work() {
      const signedOut: { sessionId: string; token: string }[] = []
      for (;;) {
        const { browser, sessionId } = await signedIn(world)
        const { code, verifier } = await nextCode(browser)
        const redeemed = await redeem(app, code, verifier, { redirect_uri: CLAIMED_URI })
        const token: string = redeemed.json().refresh_token
        const page = await browser.open('/logout')
        const { action = '', hidden = {} } = formsOf(page.body)[0] ?? {}
        const answer = await world.ask(action, { form: hidden, headers: cookiesOf(browser) })
        if (!answer)
          return async (t) => {
            const state = await stateOf(sessionId)
            t.same(state, state?.session ? BEFORE : AFTER)
            t.match(await browser.submit(page, action), { statusCode: 200, body: /You are signed out/ })
            t.same(await stateOf(sessionId), AFTER)
            for (const { sessionId, token } of signedOut) {
              t.same(await stateOf(sessionId), AFTER)
              t.match((await refresh(app, token)).json(), { error: 'invalid_grant' })
            }
          }
        if (answer.status !== 200) throw new Error(`signing out was refused: ${answer.body}`)
        signedOut.push({ sessionId, token })
      }
    },
  }
}
