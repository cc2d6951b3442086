// RFC 8417 and RFC 8935: backends hear that a guest became part of an account, and that a `sub` has ended.
import { createLocalJWKSet, jwtVerify } from 'jose'
import { sql } from 'kysely'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { defineApi } from '../../src/catalogue/apis.ts'
import { ENDED_EVENT, MERGED_EVENT } from '../../src/delivery/api-event.ts'
import { sendDueEntries } from '../../src/delivery/outbox.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { eraseUnseenGuests } from '../../src/identity/unseen-guests.ts'
import { erasePerson, exportPerson } from '../../src/store/person.ts'
import { GUEST_API } from '../support/device.ts'
import { guestServer, openUpgrade } from '../support/guest-visit.ts'
import { type ReceiverAnswer, signedReceiver } from '../support/logout-receiver.ts'
import { answerOf, logIn, obtainTokens } from '../support/phone.ts'
import { ISSUER } from '../support/server.ts'

t.setTimeout(120_000)

/** A guest of an API whose backend wants to hear; and one whose backend knows nobody. */
async function start(
  t: Test,
  {
    answers = [202],
    environment = {},
  }: Readonly<{ answers?: ReceiverAnswer[]; environment?: Record<string, string> }> = {},
) {
  const receiver = await signedReceiver(t, ...answers)
  const server = await guestServer(t, environment)
  await defineApi(server.db, { ...GUEST_API, eventsUri: `${receiver.uri}?of=orders` }, OPERATOR)
  await defineApi(
    server.db,
    {
      id: 'other-api',
      name: 'Other',
      resource: 'https://api.example.com/other',
      scopes: {},
      plans: [],
      eventsUri: receiver.uri,
    },
    OPERATOR,
  )
  const jwks = createLocalJWKSet((await server.app.inject('/jwks')).json())
  const read = async (index: number) =>
    (await jwtVerify(receiver.heard[index]?.token ?? '', jwks, { issuer: ISSUER, typ: 'secevent+jwt' })).payload
  const merge = async () => {
    const { device } = server
    await device.tokens()
    const visit = await openUpgrade(server, device)
    const signIn = await visit.browser.submit(visit.page, '/guest/sign-in', {})
    const { code = '' } = answerOf(await logIn(visit.browser, signIn))
    return device.redeem(code, visit.verifier)
  }
  return {
    ...server,
    ...receiver,
    read,
    merge,
    send: () => sendDueEntries(server.deps, pino({ level: 'silent' })),
    left: () => server.db.selectFrom('outbox').selectAll().where('kind', '=', 'api-event').execute(),
  }
}

function subject(sub: string) {
  return { format: 'iss_sub', iss: ISSUER, sub }
}

t.test('a merge reaches the backends that know the guest: who it was, and whose account it is part of', async (t) => {
  const { merge, send, heard, read, left, sub, personId } = await start(t)
  await merge()
  t.equal((await left()).length, 1, 'queued in the transaction that merges, for the one API that knows the guest')
  await send()
  t.strictSame(await left(), [])
  t.equal(heard.length, 1)
  t.match(heard[0], {
    method: 'POST',
    path: /\?of=orders$/,
    headers: { 'content-type': 'application/secevent+jwt', accept: 'application/json' },
  })
  const { iat, jti, ...claims } = await read(0)
  t.strictSame(claims, {
    iss: ISSUER,
    aud: GUEST_API.resource,
    sub_id: subject(sub),
    events: { [MERGED_EVENT]: { merged_into: subject(personId) } },
  })
  t.type(iat, 'number')
  t.type(jti, 'string')
})

t.test(
  'the end of a person reaches the backends where they were signed in; nothing else is left of them',
  async (t) => {
    const { app, db, send, heard, read, left, personId } = await start(t)
    await obtainTokens(app)
    await erasePerson(db, personId)
    t.match(await left(), [{ person_id: null, payload: { event: 'ended', subject: personId } }])
    await send()
    t.equal(heard.length, 1)
    t.match(await read(0), { aud: GUEST_API.resource, sub_id: subject(personId), events: { [ENDED_EVENT]: {} } })
    t.strictSame(await left(), [])
  },
)

t.test(
  'so does the end of a guest who is not seen any more, and of one who was merged, with the account',
  async (t) => {
    const { db, device, send, heard, read, sub, personId, merge } = await start(t)
    await merge()
    await send()
    await erasePerson(db, personId)
    await send()
    const told = [(await read(1)).sub_id, (await read(2)).sub_id].map((one) => JSON.stringify(one))
    t.strictSame(told.toSorted(), [subject(sub), subject(personId)].map((one) => JSON.stringify(one)).toSorted())
    t.equal(heard.length, 3)
    // The key is nobody's now: it begins again as somebody new.
    const again = (await device.register()).json().sub
    await device.tokens()
    await db.updateTable('device_keys').set({ used_at: sql<Date>`auth_now() - interval '91 days'` }).execute()
    t.equal(await eraseUnseenGuests(db), 1)
    await send()
    t.match(await read(3), { sub_id: subject(again), events: { [ENDED_EVENT]: {} } })
  },
)

t.test('what is not taken comes again, as the same event, also after an erasure', async (t) => {
  const { db, merge, send, heard, read, left, sub, personId } = await start(t, { answers: [500, 400, 202] })
  await merge()
  await send()
  await send()
  t.equal(heard.length, 1, 'not again at once')
  t.match((await exportPerson(db, personId))?.outbox, [{ payload: { subject: sub, into: personId } }])
  const due = () => db.updateTable('outbox').set({ next_attempt_at: sql<Date>`auth_now()` }).execute()
  await due()
  await send()
  t.equal((await left()).length, 1, 'a backend that says 400 may be repaired')
  await erasePerson(db, personId)
  await due()
  await send()
  const ids = await Promise.all([0, 1].map(async (index) => (await read(index)).jti))
  t.equal(ids[0], ids[1])
  const merges = await Promise.all(heard.map(async (_, index) => (await read(index)).events))
  t.equal(merges.filter((events) => JSON.stringify(events).includes(MERGED_EVENT)).length, 3)
  t.strictSame(await left(), [])
})

t.test('an API that names no address any more hears nothing, and one that never did queues nothing', async (t) => {
  const { db, merge, send, heard, left, personId } = await start(t)
  await merge()
  await defineApi(db, GUEST_API, OPERATOR)
  await send()
  t.strictSame(await left(), [])
  t.equal(heard.length, 0)
  await erasePerson(db, personId)
  t.strictSame(await left(), [])
})

t.test('an address that is no address of a server is refused where the API is defined', async (t) => {
  const { db } = await start(t)
  for (const eventsUri of [
    'orders.internal',
    'ftp://example.com/',
    'https://user:pass@example.com/',
    'https://example.com/#x',
    '',
  ])
    await t.rejects(defineApi(db, { ...GUEST_API, eventsUri }, OPERATOR), { name: 'InvalidApi' }, eventsUri)
})

t.test('a private address is for those alone that the operator has named', async (t) => {
  // An issuer that is not on loopback sends to none, either.
  const environment = { ISSUER: 'https://login.example.com' }
  const { db, heard, uri, deps } = await start(t)
  await db
    .insertInto('outbox')
    .values({
      id: 'one',
      kind: 'api-event',
      receiver: 'http://127.0.0.1',
      payload: JSON.stringify({ event: 'ended', apiId: GUEST_API.id, subject: 'usr_somebody' }),
      expires_at: new Date(Date.now() + 3600_000),
    })
    .execute()
  const quiet = pino({ level: 'silent' })
  const sendAs = async (eventHosts: readonly string[]) => {
    await db.updateTable('outbox').set({ next_attempt_at: sql<Date>`auth_now()` }).execute()
    await sendDueEntries({ ...deps, config: { ...deps.config, issuer: environment.ISSUER, eventHosts } }, quiet)
  }
  await sendAs([])
  t.equal(heard.length, 0)
  await sendAs(['orders.internal'])
  t.equal(heard.length, 0)
  await sendAs([new URL(uri).hostname])
  t.equal(heard.length, 1)
})
