// The copy of everything that is stored about a person: one file, after a recent sign-in, for nobody else.
import t from 'tap'
import { addEve, atAccount, EVE } from '../support/account.ts'
import { addBelongings } from '../support/people.ts'
import { obtainTokens } from '../support/phone.ts'
import { ISSUER, testServer, USER } from '../support/server.ts'

t.test(
  'one JSON file of everything that the tables declare, to keep and not to show, and it is in the log',
  async (t) => {
    const server = await testServer(t)
    const { app, db, personId } = server
    await obtainTokens(app)
    await addBelongings(server, personId)
    const eve = await addEve(server)
    const browser = await atAccount(server)
    const file = await browser.submit(await browser.open('/account/export'), '/export')
    t.match(file, {
      statusCode: 200,
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'content-disposition': /^attachment; filename="account-\d{4}-\d\d-\d\d\.json"$/,
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      },
    })
    t.match(file.json(), {
      issuer: ISSUER,
      person: personId,
      exported_at: /^\d{4}-/,
      people: [{ id: personId }],
      email_addresses: [{ address: USER.email }],
      refresh_families: { length: 1 },
      memberships: [{ answers: { age: '36' } }],
    })
    for (const other of [eve, EVE.email]) t.notOk(file.body.includes(other))
    t.notMatch(file.body, /\$2[ab]\$|_hash"/)
    const events = await db.selectFrom('audit_events').where('type', '=', 'export').select('outcome').execute()
    t.strictSame(events, [{ outcome: 'by-person' }])
  },
)
