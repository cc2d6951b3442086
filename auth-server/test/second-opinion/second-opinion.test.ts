// A second opinion: npm's oidc-provider is asked the same requests as our server, and each other answer has its reason here.
import t from 'tap'
import { siteWithPerson } from '../support/loopback.ts'
import { APP } from '../support/server.ts'
import { authorizeRows } from './authorize-rows.ts'
import { machineRows, requestRows } from './client-rows.ts'
import { CLIENTS } from './clients.ts'
import { dpopRows } from './dpop-rows.ts'
import { codeRows, refreshRows } from './grant-rows.ts'
import { otherRows } from './other-rows.ts'
import { party } from './party.ts'
import { secondProvider } from './provider.ts'
import { pushedRows } from './pushed-rows.ts'
import { redirectRows } from './redirect-rows.ts'
import type { Row } from './row.ts'

const TABLE: Readonly<Record<string, readonly Row[]>> = {
  'client and redirect URI': redirectRows,
  'authorization request': authorizeRows,
  'pushed request': pushedRows,
  'authorization code': codeRows,
  'refresh token': refreshRows,
  'token request': requestRows,
  'machines and their credentials': machineRows,
  DPoP: dpopRows,
  'revocation, introspection, userinfo': otherRows,
}

t.setTimeout(60_000)

t.test("each answer is what we promise, and the same as the other server's unless a reason says why not", async (t) => {
  const site = await siteWithPerson(t)
  for (const client of CLIENTS) await site.register(client)
  const second = await secondProvider(t, [APP, ...CLIENTS])
  const ours = await party(site.origin, site.send)
  const theirs = await party(second.origin, second.send)

  for (const [about, rows] of Object.entries(TABLE))
    await t.test(about, async (t) => {
      for (const [name, ask, promised, differs] of rows) {
        const answers = { ours: await ask(ours), theirs: await ask(theirs) }
        t.strictSame(answers, { ours: promised, theirs: differs?.theirs ?? promised }, name)
        if (differs) t.not(answers.theirs, answers.ours, `${name}: needs no reason, for both answer the same`)
      }
    })
})
