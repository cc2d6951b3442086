// Who a request turned out to be of: for each of its lines in the log from then on, and for the developer's page.
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify'
import { hmac } from '../crypto/digest.ts'

/** What a request has proven, or named and we know. */
export interface RequestCaller {
  /** Of an application that there is. */
  readonly clientId?: string
  /** Of a person: a pseudonym that leads back to nobody without a secret. */
  readonly user?: string
}

declare module 'fastify' {
  interface FastifyRequest {
    caller: RequestCaller | undefined
  }
}

/** A person in the log: the same one each time, and nobody without the secret. */
export function pseudonymOf({ cookieSecret }: Readonly<{ cookieSecret: string }>, personId: string): string {
  return hmac(cookieSecret, 'person in the log', personId).slice(0, 22)
}

export function addCallers(app: FastifyInstance): void {
  app.decorateRequest('caller', undefined)
}

/** Notes it once; what comes later is no news. */
export function noteCaller(request: FastifyRequest, caller: RequestCaller): void {
  const { clientId, user } = request.caller ?? {}
  request.caller = { ...caller, ...request.caller }
  bind(request.log, {
    ...(clientId === undefined && caller.clientId !== undefined && { client: caller.clientId }),
    ...(user === undefined && caller.user !== undefined && { user: caller.user }),
  })
}

/** pino can add to what each line says; Fastify's type of a logger does not tell. */
function bind(log: FastifyBaseLogger, bindings: Readonly<Record<string, unknown>>): void {
  if ('setBindings' in log && typeof log.setBindings === 'function') log.setBindings(bindings)
}
