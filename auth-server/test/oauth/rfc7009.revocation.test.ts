// RFC 7009: an app gives its tokens back.
import t from 'tap'
import { clientCredentials, type Fields, postForm, secretClient } from '../support/clients.ts'
import { turnClock } from '../support/database.ts'
import { obtainTokens, refresh } from '../support/phone.ts'
import { APP, type TestServer, testServer } from '../support/server.ts'

function revoke({ app }: TestServer, token: string, form: Fields = {}, headers: Fields = {}) {
  return postForm(app, '/revoke', { token, client_id: APP.clientId, ...form }, headers)
}

async function standing({ db }: TestServer): Promise<number> {
  const families = await db.selectFrom('refresh_families').select('id').where('revoked_at', 'is', null).execute()
  return families.length
}

t.test(
  '§2.1: a refresh token ends its installation, whichever generation it is and whatever the hint says',
  async (t) => {
    const server = await testServer(t)
    for (const hint of [undefined, 'refresh_token', 'access_token', 'nonsense']) {
      const first = await obtainTokens(server.app)
      const second = (await refresh(server.app, first.refresh_token)).json()
      const third = (await refresh(server.app, second.refresh_token)).json()
      for (const token of [first, third]) {
        const response = await revoke(server, token.refresh_token, hint === undefined ? {} : { token_type_hint: hint })
        t.equal(response.statusCode, 200)
        t.strictSame(response.json(), {})
        t.equal(response.headers['cache-control'], 'no-store')
      }
      for (const token of [first, second, third])
        t.equal((await refresh(server.app, token.refresh_token)).json().error, 'invalid_grant')
      t.equal(await standing(server), 0)
    }
  },
)

t.test('§2.1: an access token ends its installation too', async (t) => {
  const server = await testServer(t)
  for (const hint of ['access_token', 'refresh_token']) {
    const tokens = await obtainTokens(server.app)
    t.equal((await revoke(server, tokens.access_token, { token_type_hint: hint })).statusCode, 200)
    t.equal((await refresh(server.app, tokens.refresh_token)).json().error, 'invalid_grant')
  }
  t.equal(await standing(server), 0)
})

t.test('§2.2: a token that is unknown, foreign, spent or no token at all is 200 without effect', async (t) => {
  const server = await testServer(t)
  await server.register({ clientId: 'other-app', redirectUris: ['com.example.other:/cb'] })
  const machine = await secretClient(server)
  const tokens = await obtainTokens(server.app)
  const [family, , secret = ''] = tokens.refresh_token.split('.')
  const [head, body] = tokens.access_token.split('.')
  const worthless = [
    'x',
    '\u{1F511}',
    'a'.repeat(4000),
    `${family}.1.${secret.slice(0, -1)}${secret.endsWith('A') ? 'B' : 'A'}`,
    `${family}.2.${secret}`,
    `${head}.${body}.${'A'.repeat(86)}`,
    `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.${body}.`,
  ]
  for (const token of worthless) t.equal((await revoke(server, token)).statusCode, 200, token.slice(0, 20))
  for (const token of [tokens.refresh_token, tokens.access_token]) {
    t.equal((await revoke(server, token, { client_id: 'other-app' })).statusCode, 200)
    t.equal((await postForm(server.app, '/revoke', { token }, machine.headers)).statusCode, 200)
  }
  t.equal(await standing(server), 1)
  t.equal((await refresh(server.app, tokens.refresh_token)).statusCode, 200)
})

t.test('an access token that has expired ends nothing any more', async (t) => {
  const server = await testServer(t)
  const tokens = await obtainTokens(server.app)
  await turnClock(t, server.db, 601)
  t.equal((await revoke(server, tokens.access_token)).statusCode, 200)
  t.equal(await standing(server), 1)
})

t.test('revoking one installation leaves the others of the person alone', async (t) => {
  const server = await testServer(t)
  const [one, other] = [await obtainTokens(server.app), await obtainTokens(server.app)]
  await revoke(server, one.refresh_token)
  t.equal((await refresh(server.app, other.refresh_token)).statusCode, 200)
})

t.test('§2.2.1: a machine hears that its token cannot be revoked, rather than a promise nobody keeps', async (t) => {
  const server = await testServer(t)
  const machine = await secretClient(server)
  const { access_token: token } = (await clientCredentials(server.app, machine.headers)).json()
  const response = await postForm(server.app, '/revoke', { token }, machine.headers)
  t.match([response.statusCode, response.json().error], [400, 'unsupported_token_type'])
  t.equal((await revoke(server, token)).statusCode, 200, 'a stranger hears nothing')
})

t.test('§2.1: the client is authenticated first', async (t) => {
  const server = await testServer(t)
  const { app } = server
  const machine = await secretClient(server)
  const { refresh_token: token } = await obtainTokens(app)
  const cases: readonly (readonly [string, Fields, Fields, number, string])[] = [
    ['nobody', { token }, {}, 401, 'invalid_client'],
    ['an unknown client', { token, client_id: 'nobody' }, {}, 401, 'invalid_client'],
    ['a confidential client without its secret', { token, client_id: machine.clientId }, {}, 401, 'invalid_client'],
    ['no token', { client_id: APP.clientId }, {}, 400, 'invalid_request'],
    ['an empty token', { client_id: APP.clientId, token: '' }, {}, 400, 'invalid_request'],
  ]
  for (const [name, form, headers, status, error] of cases) {
    const response = await postForm(app, '/revoke', form, headers)
    t.match([response.statusCode, response.json().error], [status, error], name)
  }
  t.equal((await app.inject('/revoke')).statusCode, 405)
  const inUrl = await app.inject({
    method: 'POST',
    url: `/revoke?token=${token}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: `client_id=${APP.clientId}`,
  })
  t.equal(inUrl.statusCode, 400)
  t.equal(await standing(server), 1)
  t.notOk(server.log.join('').includes(token))
})

t.test('a refresh that races a revocation: whoever wins, no token survives', async (t) => {
  const server = await testServer(t)
  const { app } = server
  for (let round = 0; round < 15; round++) {
    const tokens = await obtainTokens(app)
    const refreshing = () => refresh(app, tokens.refresh_token)
    const revoking = () => revoke(server, round % 2 ? tokens.refresh_token : tokens.access_token)
    const calls = [refreshing, revoking, refreshing, revoking, refreshing, refreshing]
    const answers = await Promise.all(calls.map((call) => call()))
    t.ok(answers.every(({ statusCode }) => statusCode === 200 || statusCode === 400))
    const survivors = answers.filter(({ body }) => body.includes('refresh_token')).map((answer) => answer.json())
    for (const { refresh_token } of [tokens, ...survivors])
      t.equal((await refresh(app, refresh_token)).json().error, 'invalid_grant')
    t.equal(await standing(server), 0)
  }
})

t.test('two revocations at once: both are 200, and the family ended once', async (t) => {
  const server = await testServer(t)
  const tokens = await obtainTokens(server.app)
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, index) => revoke(server, index % 2 ? tokens.refresh_token : tokens.access_token)),
  )
  t.ok(answers.every(({ statusCode }) => statusCode === 200))
  t.equal(server.log.filter((line) => line.includes('token_revoked')).length, 1)
})
