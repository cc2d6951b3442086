// Clients that look for the way of authentication (golang.org/x/oauth2 tries Basic, then the body): a right secret is no guess.
import t from 'tap'
import { basic, clientCredentials, type Fields, keyedClient, secretClient } from '../../support/clients.ts'
import { APP, testServer } from '../../support/server.ts'

function raw(clientId: string, secret: string): Fields {
  return {
    authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`,
  }
}
const TIMES = 30

t.test('a right secret, first by Basic and then in the body, from as many processes as you like', async (t) => {
  const server = await testServer(t)
  const { clientId, clientSecret } = await secretClient(server, { authMethod: 'client_secret_post' })
  for (let process = 0; process < TIMES; process++) {
    const probe = await clientCredentials(server.app, basic(clientId, clientSecret))
    t.strictSame([probe.statusCode, probe.json().error], [401, 'invalid_client'])
    t.match(probe.headers['www-authenticate'], /^Basic /)
    const second = await clientCredentials(server.app, {}, { client_id: clientId, client_secret: clientSecret })
    t.equal(second.statusCode, 200, `process ${process}`)
  }
})

t.test(
  'the other way round, not encoded, by the wrong kind of credential, or with no secret at all: no guess either',
  async (t) => {
    const server = await testServer(t)
    const clientSecret = 'a+b%41c and some more of the same kind'
    const web = await secretClient(server, { clientId: 'web', clientSecret })
    const keyed = await keyedClient(server)
    const ways: readonly (readonly [string, () => Promise<readonly [Fields, Fields]>, RegExp])[] = [
      [
        'in the body',
        async () => [{}, { client_id: 'web', client_secret: clientSecret }],
        /another way of authentication/,
      ],
      ['not form-encoded', async () => [raw('web', clientSecret), {}], /form-encoded/],
      [
        'an assertion of the right key for another audience',
        async () => [{}, await keyed.form(keyed.sign({ aud: 'x' }))],
        /aud/,
      ],
      ['no secret, by Basic', async () => [raw(APP.clientId, ''), {}], /another way of authentication/],
    ]
    for (const [name, way, says] of ways)
      for (let process = 0; process < TIMES; process++) {
        const [headers, fields] = await way()
        const response = await clientCredentials(server.app, headers, fields)
        t.strictSame([response.statusCode, response.json().error], [401, 'invalid_client'], name)
        t.match(response.json().error_description, says, name)
      }
    t.equal((await clientCredentials(server.app, web.headers)).statusCode, 200)
    t.equal((await clientCredentials(server.app, {}, await keyed.form())).statusCode, 200)
  },
)

t.test(
  'wrong secrets count whichever way they come, and then the right one waits whichever way it comes',
  async (t) => {
    const server = await testServer(t)
    const { clientId, clientSecret, headers } = await secretClient(server)
    const inBody = (client_secret: string) => ({ client_id: clientId, client_secret })
    for (let n = 0; n < 5; n++) {
      t.equal((await clientCredentials(server.app, basic(clientId, `guess ${n}`))).statusCode, 401)
      t.equal((await clientCredentials(server.app, {}, inBody(`guess ${n}`))).statusCode, 401)
    }
    t.equal((await clientCredentials(server.app, headers)).statusCode, 429)
    t.equal((await clientCredentials(server.app, {}, inBody(clientSecret))).statusCode, 429)
    t.equal((await clientCredentials(server.app, raw(clientId, clientSecret))).statusCode, 429)
  },
)
