// What gRPC clients hear of a real Kong when our plugins refuse a call: a status of theirs, not a guess from HTTP's.
import { type ClientUnaryCall, credentials, Metadata, makeGenericClientConstructor, status } from '@grpc/grpc-js'
import t from 'tap'
import { parse, stringify } from 'yaml'
import { fronts, startFront } from '../gateway/support/front.ts'
import { kongFile } from '../gateway/support/kong-file.ts'
import { createSigningKey, signToken, startKeyServer } from '../support/issuer.ts'
import { startPluginServer } from '../support/plugin-server.ts'

t.setTimeout(120_000)
const skip = fronts.includes('kong') ? false : 'kong is not on PATH'

const bytes = {
  requestSerialize: (value: Buffer) => value,
  requestDeserialize: (value: Buffer) => value,
  responseSerialize: (value: Buffer) => value,
  responseDeserialize: (value: Buffer) => value,
}
const Client = makeGenericClientConstructor(
  { call: { path: '/orders.Orders/Read', requestStream: false, responseStream: false, ...bytes } },
  'Orders',
)

t.test('refusals carry grpc-status and grpc-message', { skip }, async (t) => {
  const key = await createSigningKey()
  const keys = await startKeyServer(t, key)
  const { socketPath } = await startPluginServer(t)
  const limits = { plans: {}, default_limit: { hour: 1 } }
  const file = parse(
    await kongFile('http://127.0.0.1:9', keys.jwksUri, {
      gateway: { ...limits, required_scopes: ['orders:read'], required_acr: ['pwd'] },
    }),
  )
  const [service] = file.services
  // Nobody listens there: what is let in ends as INTERNAL, by Kong's own 502.
  const grpc = { ...service, url: 'grpc://127.0.0.1:9', retries: 0 }
  grpc.routes = [{ name: 'grpc', paths: ['/orders.Orders'], protocols: ['grpc'] }]
  const front = await startFront(t, 'kong', { yaml: stringify({ ...file, services: [grpc] }), socketPath, http2: true })
  const client = new Client(`127.0.0.1:${front.port}`, credentials.createInsecure())
  t.teardown(() => client.close())

  const call = (token?: string): Promise<readonly [number | undefined, string | undefined]> =>
    new Promise((resolve) => {
      const metadata = new Metadata()
      if (token !== undefined) metadata.set('authorization', `Bearer ${token}`)
      const done = (error: { code?: number; details?: string } | null) => resolve([error?.code, error?.details])
      const started: ClientUnaryCall | undefined = client.call?.(Buffer.alloc(0), metadata, done)
      if (started === undefined) throw new Error('no such method')
    })
  const token = await signToken(key)
  t.strictSame(await call(), [status.UNAUTHENTICATED, 'Unauthorized'])
  t.match(await call('nonsense'), [status.UNAUTHENTICATED, /\S/])
  t.match(await call(await signToken(key, { claims: { scope: 'profile:read' } })), [status.PERMISSION_DENIED, /\S/])
  t.match(await call(await signToken(key, { claims: { acr: 'weak' } })), [status.UNAUTHENTICATED, /stronger login/])
  t.match(await call(token), [status.INTERNAL], 'let in')
  t.strictSame(await call(token), [status.RESOURCE_EXHAUSTED, 'API rate limit exceeded'])
  const [code] = await call(await signToken(key, { claims: { sub: 'usr_bob' } }))
  t.equal(code, status.INTERNAL, 'others are let in')
})
