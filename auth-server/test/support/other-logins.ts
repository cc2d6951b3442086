// What somebody has open beside the browser at hand: another browser, an app, and a code that is on its way to one.
import type { Test } from 'tap'
import { atAccount } from './account.ts'
import { feedReader } from './feed.ts'
import { idOf, obtainCode, obtainTokens, redeem, refresh } from './phone.ts'
import type { TestServer } from './server.ts'

/** Signs Ada in elsewhere. `expectEnded`: none of it is good for anything any more, and gateways have heard of it. */
export async function otherLogins(server: TestServer) {
  const { app } = server
  const browser = await atAccount(server)
  const tokens = await obtainTokens(app)
  const { code, verifier } = await obtainCode(app)
  const feed = await feedReader(server)
  await feed.follow()
  const expectEnded = async (t: Test): Promise<void> => {
    t.equal((await browser.request('GET', '/account')).statusCode, 303)
    t.equal((await refresh(app, tokens.refresh_token)).json().error, 'invalid_grant')
    t.equal((await redeem(app, code, verifier)).json().error, 'invalid_grant')
    t.match(await feed.follow(), [{ type: 'grant', grant_id: idOf(tokens) }])
  }
  return { expectEnded }
}
