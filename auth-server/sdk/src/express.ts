// Middleware for Express: every request gets `request.identity`, and routes say whom they are for.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { demandIdentity, type IdentityDemand } from './backend/demand-identity.ts'
import type { Identity } from './backend/identity.ts'
import { IdentityError } from './backend/identity-error.ts'
import { gatewayIdentity, type IdentitySource } from './backend/identity-source.ts'

declare global {
  namespace Express {
    interface Request {
      /** Who calls; set by `identity()`. */
      identity: Identity
    }
  }
}

/** Middleware as Express takes it. */
export type IdentityMiddleware = (
  request: IncomingMessage & { identity?: Identity },
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void

/** Reads who calls; a call that does not say it plainly is answered with 401. It goes before every route that reads it. */
export function identity({
  source = gatewayIdentity(),
}: {
  readonly source?: IdentitySource
} = {}): IdentityMiddleware {
  return async (request, response, next) => {
    try {
      request.identity = await source(request)
    } catch (error) {
      refuse(error, response, next)
      return
    }
    next()
  }
}

/** Lets only those through whom the route is for: people with an account, unless told. 401 or 403 for the others. */
export function demand(demanded: IdentityDemand = {}): IdentityMiddleware {
  return (request, response, next) => {
    try {
      if (request.identity === undefined) throw new Error('identity() must come before demand()')
      demandIdentity(request.identity, demanded)
    } catch (error) {
      refuse(error, response, next)
      return
    }
    next()
  }
}

/** For errors of `demandIdentity` in handlers: goes last, as Express has it. */
export function identityErrors(
  error: unknown,
  _: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) {
  refuse(error, response, next)
}

function refuse(error: unknown, response: ServerResponse, next: (error?: unknown) => void): void {
  if (!(error instanceof IdentityError) || response.headersSent) {
    next(error)
    return
  }
  response.writeHead(error.statusCode, { ...error.headers, 'content-type': 'application/problem+json' })
  response.end(JSON.stringify(error))
}
