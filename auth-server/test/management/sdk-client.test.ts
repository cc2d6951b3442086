// The SDK's client at the real server: its tokens, its errors, and what it can do by the scopes that it was given.
import {
  createManagementClient,
  each,
  etagOf,
  type MachineCredentials,
  ManagementError,
} from '@mobile-api-gateway/sdk/management/index.ts'
import { exportJWK, generateKeyPair } from 'jose'
import t from 'tap'
import { createMachineClient } from '../../src/management/machine-client.ts'
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

t.test('a client that asks for less has less', async (t) => {
  const modest = client({ clientId, clientSecret }, ['apis:read'])
  await modest.apis.list()
  t.match(await refusal(modest.applications.list()), { status: 403, code: 'insufficient_scope' })
})
