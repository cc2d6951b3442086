// The SDK's client at the real server: its tokens, its errors, and what it can do by the scopes that it was given.
import { createHash } from 'node:crypto'
import {
  createManagementClient,
  each,
  etagOf,
  type MachineCredentials,
  ManagementError,
} from '@mobile-api-gateway/sdk/management/index.ts'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import t from 'tap'
import { createMachineClient } from '../../src/management/machine-client.ts'
import { ASSERTION_TYPE } from '../../src/oauth/client/assertion.ts'
import { ProvingPhone, postForm } from '../support/dpop.ts'
import { machine } from '../support/management.ts'
import { testServer } from '../support/server.ts'

const server = await testServer(t)
const { issuer } = server.config

/** Into the server, without a network. */
async function send(url: string, init: RequestInit): Promise<Response> {
  const { pathname, search } = new URL(url)
  const { method, headers, body } = new Request(url, init)
  const payload = body === null ? undefined : Buffer.from(await new Response(body).arrayBuffer())
  const answer = await server.app.inject({
    method: method === 'POST' ? 'POST' : method === 'GET' ? 'GET' : 'DELETE',
    url: pathname + search,
    headers: Object.fromEntries(headers),
    ...(payload && { payload }),
  })
  const told = Object.entries(answer.headers).map(([name, value]): [string, string] => [name, String(value)])
  return new Response(answer.statusCode === 204 ? null : answer.body, {
    status: answer.statusCode,
    headers: told,
  })
}

function client(credentials: MachineCredentials, scopes?: readonly string[]) {
  return createManagementClient({ issuer, credentials, fetch: send, ...(scopes && { scopes }) })
}

async function refusal(call: Promise<unknown>): Promise<Pick<ManagementError, 'status' | 'code' | 'operation'>> {
  try {
    await call
  } catch (error) {
    if (!(error instanceof ManagementError)) throw error
    return { status: error.status, code: error.code, operation: error.operation }
  }
  throw new Error('it was done')
}

const { clientId, clientSecret } = await machine(server)
const management = client({ clientId, clientSecret })

t.test('an application is registered once under its key, however often that is asked', async (t) => {
  const wanted = { name: 'My App', kind: 'native', redirect_uris: ['com.example.mine:/callback'] } as const
  const [one, other] = await Promise.all(
    [1, 2].map(() => management.applications.create(wanted, { idempotencyKey: 'my-app' })),
  )
  t.match(one, { name: 'My App', client_secret: null })
  t.strictSame(other, one)
  t.same(await refusal(management.applications.create({ ...wanted, name: 'X' }, { idempotencyKey: 'my-app' })), {
    status: 422,
    code: 'idempotency_key_reused',
    operation: 'applications.create',
  })
  const read = await management.applications.get({ client_id: one?.client_id ?? '' })
  t.equal(read.name, 'My App')
  t.match(etagOf(read), /^".+"$/)
})

t.test('a list is walked through, whatever the size of its pages', async (t) => {
  const names = async (limit: number) => {
    const found: string[] = []
    for await (const { name } of each(management.applications.list, { limit })) found.push(name)
    return found
  }
  const all = await names(100)
  t.ok(all.includes('My App'))
  t.strictSame(await names(1), all)
})

t.test('refusals come with their code', async (t) => {
  t.match(await refusal(management.apis.get({ id: 'nothing' })), { status: 404, code: 'not_found' })
  const wrong = { limit: 0 }
  t.match(await refusal(management.apis.list(wrong)), { status: 400 })
  // @ts-expect-error the compiler knows, and so does the server
  const owned = management.applications.create({ name: 'X', kind: 'native', owner: 'me' })
  t.match(await refusal(owned), { status: 400, code: 'invalid_request' })
  t.match(await refusal(client({ clientId, clientSecret: 'wrong' }).apis.list()), {
    status: 401,
    code: 'invalid_client',
    operation: 'token',
  })
})

t.test('a key in place of a secret (private_key_jwt), as JWK and as CryptoKey', async (t) => {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const registered = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' }
  const { clientId } = await server.db
    .transaction()
    .execute((trx) =>
      createMachineClient(trx, issuer, { name: 'Keyed', scopes: ['apis:read'], jwks: { keys: [registered] } }),
    )
  const jwk = { ...(await exportJWK(privateKey)), kid: 'one', alg: 'ES256' }
  for (const credentials of [
    { clientId, privateKey: jwk },
    { clientId, privateKey, algorithm: 'ES256', keyId: 'one' },
  ]) {
    const keyed = client(credentials)
    t.ok((await keyed.apis.list()).items.length > 0)
    t.same(await refusal(keyed.applications.list()), {
      status: 403,
      code: 'insufficient_scope',
      operation: 'applications.list',
    })
  }
  t.throws(() => client({ clientId, privateKey }), TypeError)
  t.match(await refusal(client({ clientId, privateKey: { ...jwk, alg: 'RS256' } }).apis.list()), {
    code: 'unusable_key',
  })
})

t.test(
  'a client whose tokens are bound to a key (RFC 9449) is heard with its proof, and with nothing less',
  async (t) => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' }] }
    const { clientId } = await server.db
      .transaction()
      .execute((trx) =>
        createMachineClient(trx, issuer, { name: 'Bound', scopes: ['apis:read'], jwks, dpopBound: true }),
      )
    const key = await ProvingPhone.create(server.app)
    const other = await ProvingPhone.create(server.app)
    const now = Math.floor(Date.now() / 1000)
    const assertion = (jti: string) =>
      new SignJWT({ iss: clientId, sub: clientId, aud: issuer, jti, iat: now, exp: now + 60 })
        .setProtectedHeader({ alg: 'ES256', kid: 'one' })
        .sign(privateKey)
    const form = async (jti: string) => ({
      grant_type: 'client_credentials',
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: await assertion(jti),
    })
    t.equal((await postForm(server.app, '/token', await form('plain'))).statusCode, 400, 'no token without a proof')
    await key.post('/token', await form('nonce'))
    const answer = (await key.post('/token', await form('bound'))).json()
    t.equal(answer.token_type, 'DPoP')

    const url = '/management/v1/apis'
    const ath = createHash('sha256').update(answer.access_token).digest('base64url')
    const ask = async (by: ProvingPhone, claims: object = {}, scheme = 'DPoP') => {
      const proof = await by.proof(url, { claims: { htm: 'GET', ath, nonce: key.nonce, ...claims } })
      const headers = { authorization: `${scheme} ${answer.access_token}`, dpop: proof }
      return server.app.inject({ url, headers })
    }
    const asked = await ask(key)
    t.equal(asked.statusCode, 200, asked.body)
    t.ok(asked.json().items.length > 0)
    t.match(asked.headers['dpop-nonce'], /./)
    const rows: readonly (readonly [
      string,
      Promise<{ statusCode: number; headers: Readonly<Record<string, unknown>> }>,
    ])[] = [
      ['as a bearer token', ask(key, {}, 'Bearer')],
      ['with the proof of another key', ask(other)],
      ['for another method', ask(key, { htm: 'POST' })],
      ['for another address', ask(key, { htu: `${issuer}/management/v1/people` })],
      ['for another token', ask(key, { ath: 'A'.repeat(43) })],
      [
        'without a proof',
        Promise.resolve(server.app.inject({ url, headers: { authorization: `DPoP ${answer.access_token}` } })),
      ],
    ]
    for (const [how, refused] of rows) {
      const { statusCode, headers } = await refused
      t.equal(statusCode, 401, how)
      t.match(headers['content-type'], /^application\/problem\+json/, how)
      t.match(headers['www-authenticate'], /DPoP/, how)
    }
  },
)

t.test('a client that asks for less has less', async (t) => {
  const modest = client({ clientId, clientSecret }, ['apis:read'])
  await modest.apis.list()
  t.match(await refusal(modest.applications.list()), { status: 403, code: 'insufficient_scope' })
})
