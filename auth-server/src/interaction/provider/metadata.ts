// What a SAML provider reads about this server when it is registered there: our address, and the certificates of our signatures.
import type { Deps } from '../../deps.ts'
import type { PageHandlers } from '../../http/page-routes.ts'
import { requireProvider, unknownProvider } from './required.ts'

export function metadataDocument({ providers }: Pick<Deps, 'providers'>): PageHandlers {
  return {
    async GET(request, reply) {
      const { metadata } = requireProvider(providers, request)
      if (!metadata) throw unknownProvider('this provider has no metadata')
      return reply.type('application/samlmetadata+xml').send(await metadata())
    },
  }
}
