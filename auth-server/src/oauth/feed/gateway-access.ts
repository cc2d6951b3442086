// What is for gateways, as an API of its own: machines that are subscribed to it may read the feed, and tell limits and calls.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ApiDefinition } from '../../catalogue/apis.ts'
import type { Deps } from '../../deps.ts'
import { REVOCATIONS_API } from '../../store/tables/apis.ts'
import { requireMachine } from '../machine.ts'

export const REVOCATIONS_PATH = '/revocations'
export const REVOCATIONS_SCOPE = 'revocations:read'
export const PLAN_LIMITS_SCOPE = 'limits:write'
export const USAGE_SCOPE = 'usage:write'
/** What a gateway that is registered today may do. */
export const GATEWAY_SCOPES = [REVOCATIONS_SCOPE, PLAN_LIMITS_SCOPE, USAGE_SCOPE] as const

/** It carries the name of the feed, which came first. */
export function revocationsApi(issuer: string): ApiDefinition {
  return {
    id: REVOCATIONS_API,
    name: 'Revocations',
    resource: `${issuer}${REVOCATIONS_PATH}`,
    scopes: {
      [REVOCATIONS_SCOPE]: 'Learn which access tokens have been revoked',
      [PLAN_LIMITS_SCOPE]: 'Tell the limits of plans',
      [USAGE_SCOPE]: 'Tell which calls there were',
    },
    plans: ['gateway'],
  }
}

/** Lets machines in that have a scope of it, as long as they may. @throws {OAuthError} as requireMachine does */
export function requireGateway(deps: Deps, request: FastifyRequest, reply: FastifyReply, scope: string) {
  return requireMachine(deps, request, reply, { resource: deps.config.issuer + REVOCATIONS_PATH, scope })
}
