// A backend with Fastify: people see their own orders, their apps too; a nightly job, which is an application, sees all.

import { demandIdentity, fakeIdentity, gatewayIdentity } from '@mobile-api-gateway/sdk'
import { identityPlugin } from '@mobile-api-gateway/sdk/fastify'
import fastify from 'fastify'

const app = fastify()
const DEVELOPER = {
  kind: 'account',
  userId: 'usr_developer',
  isAttested: false,
  clientId: 'my-app',
  applicationId: undefined,
  scopes: ['orders:read'],
  issuer: undefined,
} as const
const isDevelopment = process.env.NODE_ENV === 'development'
await app.register(identityPlugin, { source: isDevelopment ? fakeIdentity(DEVELOPER) : gatewayIdentity() })

// Who checks whether it lives comes without the gateway.
app.get('/health', { config: { identity: 'none' } }, async () => ({ ok: true }))

app.get('/orders', { config: { identity: { scopes: ['orders:read'] } } }, async ({ identity }) => {
  const { userId } = demandIdentity(identity)
  return { ordersOf: userId }
})

app.get('/report', { config: { identity: { kinds: ['application'] } } }, async ({ identity }) => {
  const { clientId } = demandIdentity(identity, { kinds: ['application'] })
  return { reportFor: clientId }
})

console.log(await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT ?? 3000) }))
