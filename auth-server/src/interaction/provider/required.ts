// The provider that stands in an address.
import type { FastifyRequest } from 'fastify'
import { HttpProblem } from '../../http/problem.ts'
import { pathParameter } from '../../http/request-path.ts'
import type { IdentityProvider, Providers } from '../../identity/federation/providers.ts'

/** @throws {HttpProblem} not_found */
export function requireProvider(providers: Providers, request: FastifyRequest): IdentityProvider {
  const provider = providers.find(pathParameter(request, 'provider') ?? '')
  if (!provider) throw unknownProvider('no such provider is configured')
  return provider
}

export function unknownProvider(description: string): HttpProblem {
  return new HttpProblem('not_found', description, { status: 404 })
}
