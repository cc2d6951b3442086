// A plugin for Fastify: every request gets `request.identity`, and routes say in their config whom they are for.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { demandIdentity, type IdentityDemand } from './backend/demand-identity.ts'
import type { Identity } from './backend/identity.ts'
import { gatewayIdentity, type IdentitySource } from './backend/identity-source.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who calls. Reading it on a route that asks for nobody is an error. */
    readonly identity: Identity
  }
  interface FastifyContextConfig {
    /** Whom the route is for; `none` for one that works without the gateway, such as a health check. */
    readonly identity?: IdentityDemand | 'none'
  }
}

/** Options of the plugin. */
export interface FastifyIdentityOptions {
  /** Where callers are known from: the gateway's headers unless told. */
  readonly source?: IdentitySource
}

async function plugin(app: FastifyInstance, { source = gatewayIdentity() }: FastifyIdentityOptions): Promise<void> {
  const identities = new WeakMap<FastifyRequest, Identity>()
  app.decorateRequest('identity', {
    getter(this: FastifyRequest): Identity {
      const identity = identities.get(this)
      if (identity === undefined) throw new Error('This route asks for no identity, so it has none')
      return identity
    },
  })
  // Before the body is read: whoever is refused costs nothing.
  app.addHook('onRequest', async (request) => {
    const demand = request.routeOptions.config.identity
    if (demand === 'none') return
    const identity = await source(request.raw)
    if (demand !== undefined) demandIdentity(identity, demand)
    identities.set(request, identity)
  })
}

/**
 * Reads who calls before anything else happens; a call that does not say it plainly is answered with 401. Without a
 * demand of the route, callers of every kind come through, also anonymous ones.
 */
export const identityPlugin = fastifyPlugin(plugin, { fastify: '5.x', name: '@mobile-api-gateway/sdk' })
