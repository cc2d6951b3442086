// Browsers that send a password.
import { sql } from 'kysely'
import { type Browser, SESSION_COOKIE } from '../support/browser.ts'
import { answerOf, logIn } from '../support/phone.ts'
import { USER } from '../support/server.ts'
import { CLAIMED_URI, nextCode } from '../support/session.ts'
import { atLogin, cookiesOf, type Kind, type World } from './kind.ts'

export async function logins(world: World): Promise<Kind> {
  return {
    promise: 'a login that was answered is a session; one that was not is whole or nothing, and can be sent again',
    clients: 2,
    requests: 8,
    millis: 300,
    async work() {
      const signedIn: Browser[] = []
      for (;;) {
        const { browser, page, action, hidden, requestId } = await atLogin(world)
        const answer = await world.ask(action, { form: { ...hidden, ...USER }, headers: cookiesOf(browser) })
        if (!answer)
          return async (t) => {
            const { rows } = await sql<{ session: string | null }>`
              select steps->'login'->>'session' as session from authorization_requests request
              where id = ${requestId} and completed_at is null and (steps = '{}'
                or exists (select from sessions where id = request.steps->'login'->>'session'))`.execute(world.db)
            t.equal(rows.length, 1, 'tied to the session that was opened, or to none')
            t.match(answerOf(await logIn(browser, page)), { status: 303, to: CLAIMED_URI, code: /./ })
            for (const other of signedIn) t.match(await nextCode(other, { prompt: 'none' }), { code: /./ })
          }
        const [, session] = /^mobile-gateway-4000-session=([^;]+)/m.exec(answer.headers.getSetCookie().join('\n')) ?? []
        if (answer.status !== 303 || session === undefined) throw new Error(`a login was refused: ${answer.body}`)
        browser.cookies.set(SESSION_COOKIE, session)
        signedIn.push(browser)
      }
    },
    async finish(t) {
      const { rows } = await sql`
        select from sessions where not exists (
          select from authorization_requests request where request.steps->'login'->>'session' = sessions.id)`.execute(
        world.db,
      )
      t.equal(rows.length, 0, 'each session belongs to a sign-in, also those whose answer was lost')
    },
  }
}
