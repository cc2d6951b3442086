// The life of a refresh-token family, a test per row of the lifecycle table (RFC 9700 §4.14): rotation with one
// successor, a window for lost answers, one recovery, and the end when an old token comes back.
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { hmac } from '../../src/crypto/digest.ts'
import { randomSecret } from '../../src/crypto/random.ts'
import { sealPassword } from '../../src/identity/password.ts'
import { replacePassword } from '../../src/store/tables/passwords.ts'
import { turnClock } from '../support/database.ts'
import { expectJsonError } from '../support/expect.ts'
import { redeem, refresh } from '../support/phone.ts'
import { testServer, USER } from '../support/server.ts'
import { CLAIMED_URI, nextCode, signedInBrowser } from '../support/session.ts'

const { app, db, config, log, register, personId } = await testServer(t)
let browser = await signedInBrowser(app)
await register({ clientId: 'other-app', name: 'Other', redirectUris: ['com.example.other:/callback'] })

const HOUR = 3600

/** The first refresh token of a fresh family. */
async function begin(): Promise<string> {
  const { code, verifier, redirectUri } = await nextCode(browser)
  return (await redeem(app, code, verifier, { redirect_uri: redirectUri })).json().refresh_token
}
/** Refreshes, expects success, returns the refresh token. */
async function next(t: Test, token: string, message = 'refreshes'): Promise<string> {
  const response = await refresh(app, token)
  t.equal(response.statusCode, 200, message)
  return response.json().refresh_token
}
async function refused(t: Test, token: string) {
  return expectJsonError(t, await refresh(app, token), 400, 'invalid_grant')
}
function familyOf(token: string) {
  return token.split('.')[0] ?? ''
}
function row(token: string) {
  return db.selectFrom('refresh_families').selectAll().where('id', '=', familyOf(token)).executeTakeFirstOrThrow()
}
function events(name: string) {
  return log.filter((line) => line.includes(`"event":"${name}"`)).length
}
/** Runs with the clock ahead, then turns it back. */
async function later<T>(seconds: number, work: () => Promise<T>): Promise<T> {
  await turnClock(t, db, seconds)
  return work().finally(() => turnClock(t, db, 0))
}

t.test('rotation: the current token gives a successor of the next generation in the same family', async (t) => {
  const first = await begin()
  const second = await next(t, first)
  const third = await next(t, second)
  t.strictSame(
    [first, second, third].map((token) => token.split('.').slice(0, 2)),
    [1, 2, 3].map((generation) => [familyOf(first), String(generation)]),
  )
})

t.test('spent up to 120 s ago, successor unused: the same successor again, with a new access token', async (t) => {
  const first = await begin()
  const one = (await refresh(app, first)).json()
  for (const seconds of [0, 60, 119])
    await later(seconds, async () => {
      const again = (await refresh(app, first)).json()
      t.equal(again.refresh_token, one.refresh_token)
      t.not(again.access_token, one.access_token)
    })
  t.equal((await row(first)).generation, 2)
  await next(t, one.refresh_token)
})

t.test('spent longer ago, within the recovery time: one more successor, once, and an audit event', async (t) => {
  const before = events('refresh_recovered')
  const first = await begin()
  const lost = await next(t, first)
  await later(121, async () => {
    const recovered = await next(t, first)
    t.not(recovered, lost)
    t.equal(events('refresh_recovered'), before + 1)
    t.equal(await next(t, first, 'and again within the window'), recovered, 'the same one again')
    t.equal(events('refresh_recovered'), before + 1)
    await next(t, recovered)
  })
})

t.test('a recovered token, shown once more after its second window, ends the family', async (t) => {
  const first = await begin()
  await next(t, first)
  const recovered = await later(HOUR, () => next(t, first))
  await later(HOUR + 121, () => refused(t, first))
  await later(HOUR + 121, () => refused(t, recovered))
})

t.test('the retired successor ends the family: somebody else had it', async (t) => {
  const before = events('refresh_reuse')
  const first = await begin()
  const lost = await next(t, first)
  await later(HOUR, async () => {
    const recovered = await next(t, first)
    await refused(t, lost)
    await refused(t, recovered)
  })
  t.match(await row(first), { revoked_because: 'refresh token reuse' })
  t.equal(events('refresh_reuse'), before + 1)
})

t.test('recovery ends after 24 h', async (t) => {
  const inTime = await begin()
  await next(t, inTime)
  await later(24 * HOUR - 5, () => next(t, inTime))
  const late = await begin()
  const successor = await next(t, late)
  await later(24 * HOUR + 5, async () => {
    await refused(t, late)
    await refused(t, successor)
  })
})

t.test('a later rotation gives a family its recovery back', async (t) => {
  const first = await begin()
  await next(t, first)
  const second = await later(HOUR, () => next(t, first))
  const third = await later(HOUR, () => next(t, second))
  await later(2 * HOUR, async () => {
    const recovered = await next(t, second)
    t.not(recovered, third)
    await next(t, recovered)
  })
})

t.test(
  'a successor that was used ends the window of its predecessor: reuse ends this family, and this one only',
  async (t) => {
    const before = events('refresh_reuse')
    const first = await begin()
    const bystander = await begin()
    const second = await next(t, first)
    const third = await next(t, second)
    await refused(t, first)
    await refused(t, third)
    await refused(t, second)
    t.equal(events('refresh_reuse'), before + 1, 'one audit event')
    await next(t, bystander, 'the same person on another phone stays signed in')
  },
)

t.test('any older generation that authenticates ends the family', async (t) => {
  const first = await begin()
  let token = first
  for (let generation = 0; generation < 5; generation++) token = await next(t, token)
  await refused(t, first)
  await refused(t, token)
})

t.test('a thief who comes first is found out by the owner, and the other way round', async (t) => {
  // The token was copied; both hold T.
  const stolen = await begin()
  const thiefs = await next(t, await next(t, stolen))
  await refused(t, stolen)
  await refused(t, thiefs)

  const copied = await begin()
  const owners = await next(t, await next(t, copied))
  await later(10 * 24 * HOUR, async () => {
    await refused(t, copied)
    await refused(t, owners)
  })
})

t.test('50 parallel refreshes with one token: all succeed with the same successor', async (t) => {
  for (const round of [1, 2]) {
    const first = await begin()
    const responses = await Promise.all(Array.from({ length: 50 }, () => refresh(app, first)))
    t.strictSame([...new Set(responses.map(({ statusCode }) => statusCode))], [200], `round ${round}`)
    t.equal(new Set(responses.map((response) => response.json().refresh_token)).size, 1)
    t.equal((await row(first)).generation, 2)
    await next(t, responses[0]?.json().refresh_token)
  }
})

t.test('50 parallel recoveries with one token: all succeed with the same successor', async (t) => {
  const first = await begin()
  const lost = await next(t, first)
  await later(HOUR, async () => {
    const responses = await Promise.all(Array.from({ length: 50 }, () => refresh(app, first)))
    t.strictSame([...new Set(responses.map(({ statusCode }) => statusCode))], [200])
    t.equal(new Set(responses.map((response) => response.json().refresh_token)).size, 1)
    t.not(responses[0]?.json().refresh_token, lost)
    t.equal((await row(first)).generation, 3)
  })
})

t.test('a replay that races the winner never leaves a family alive that both can use', async (t) => {
  for (let round = 0; round < 10; round++) {
    const first = await begin()
    const second = await next(t, first)
    // The owner uses the successor while somebody else shows its predecessor.
    const [owner, replay] = await Promise.all([refresh(app, second), refresh(app, first)])
    const survivors = new Set<string>()
    for (const response of [owner, replay])
      if (response.statusCode === 200) survivors.add(response.json().refresh_token)
      else expectJsonError(t, response, 400, 'invalid_grant')
    if (replay.statusCode === 200) {
      // It came first: it was given the successor that the owner already holds, and nothing new.
      t.equal(replay.json().refresh_token, second)
      t.equal((await row(first)).revoked_at, null)
    } else {
      t.ok((await row(first)).revoked_at)
      for (const token of survivors) await refused(t, token)
    }
  }
})

t.test(
  'many holders of every generation at once: no answer but 200 and invalid_grant, and the family ends',
  async (t) => {
    const tokens = [await begin()]
    for (let generation = 0; generation < 4; generation++) tokens.push(await next(t, tokens.at(-1) ?? ''))
    const responses = await Promise.all(
      [...tokens, ...tokens, ...tokens, ...tokens].map((token) => refresh(app, token)),
    )
    for (const response of responses)
      if (response.statusCode !== 200) expectJsonError(t, response, 400, 'invalid_grant')
    t.ok((await row(tokens[0] ?? '')).revoked_at)
    for (const response of responses) if (response.statusCode === 200) await refused(t, response.json().refresh_token)
  },
)

t.test('another client gets nothing and ends nothing', async (t) => {
  const first = await begin()
  const second = await next(t, first)
  for (const token of [first, second])
    expectJsonError(t, await refresh(app, token, { client_id: 'other-app' }), 400, 'invalid_grant')
  await next(t, await next(t, second))
  expectJsonError(t, await refresh(app, first, { client_id: 'other-app' }), 400, 'invalid_grant')
  t.equal((await row(first)).revoked_at, null)
})

t.test('a token that this server never issued ends nothing', async (t) => {
  const first = await begin()
  const second = await next(t, first)
  const third = await next(t, second)
  const [family = '', , secret = ''] = first.split('.')
  const body = `${family}.1.${randomSecret()}`
  const last = secret.at(-1) === 'A' ? 'B' : 'A'
  const forged = [
    `${family}.1.${randomSecret()}${randomSecret(16)}`,
    `${family}.2.${secret}`,
    `${family}.4.${third.split('.')[2]}`,
    `${body}${hmac(randomSecret(), 'refresh-token', body).slice(0, 22)}`,
    `${family}.1.${secret.slice(0, -1)}${last}`,
    `${family}.01.${secret}`,
    `${family}.1.${secret}=`,
    `${family}.1.${secret} `,
    `${family}.0.${secret}`,
    `${family}.-1.${secret}`,
    `${family}.9999999999.${secret}`,
    `${family}.1`,
    family,
    `grant_${randomSecret(16)}.1.${secret}`,
  ]
  for (const token of forged) await refused(t, token)
  t.equal((await row(first)).revoked_at, null)
  await next(t, third)
})

t.test('nothing of a revoked family comes back, by any of its tokens', async (t) => {
  const first = await begin()
  const second = await next(t, first)
  await db.updateTable('refresh_families').set({ revoked_at: new Date() }).where('id', '=', familyOf(first)).execute()
  await refused(t, first)
  await refused(t, second)
})

t.test('a family ends when idle, and at its absolute age however busy', async (t) => {
  const day = 24 * HOUR
  const idle = await begin()
  await later(30 * day + 5, () => refused(t, idle))
  let token = await begin()
  for (let days = 29; days < 365; days += 29) token = await later(days * day, () => next(t, token))
  await later(365 * day + 5, () => refused(t, token))
})

t.test('the successor is kept for the holder of its predecessor only', async (t) => {
  const first = await begin()
  const second = await next(t, first)
  const stored = JSON.stringify(await row(first), (_key, value) =>
    Buffer.isBuffer(value) ? value.toString('base64url') : value,
  )
  t.notOk(stored.includes(second))
  t.notOk(stored.includes((second.split('.')[2] ?? '').slice(0, 43)))
})

t.test('a password change ends every family, code and session, also while they are in use', async (t) => {
  const families = await Promise.all([begin(), begin(), begin()])
  const codes = await Promise.all([nextCode(browser), nextCode(browser)])
  const password = await sealPassword(config.passwordPepper, 'another long passphrase')
  const racing = families.map((token) => refresh(app, token))
  await Promise.all([replacePassword(db, personId, password), ...racing])
  for (const response of await Promise.all(racing)) {
    if (response.statusCode === 200) await refused(t, response.json().refresh_token)
    else expectJsonError(t, response, 400, 'invalid_grant')
  }
  for (const token of families) await refused(t, token)
  for (const { code, verifier } of codes)
    expectJsonError(t, await redeem(app, code, verifier, { redirect_uri: CLAIMED_URI }), 400, 'invalid_grant')
  await t.rejects(nextCode(browser), /login/, 'the session is over: the login page')
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from refresh_families family
    join people person on person.id = family.person_id and person.auth_epoch = family.auth_epoch`.execute(db)
  t.strictSame(rows, [{ n: 0 }])
  await replacePassword(db, personId, await sealPassword(config.passwordPepper, USER.password))
  browser = await signedInBrowser(app)
  await next(t, await begin(), 'a new login works')
})
