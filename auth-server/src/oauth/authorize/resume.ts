// The way back from the pages to the protocol, which decides what is next.
import type { RouteHandlerMethod } from 'fastify'
import { sha256 } from '../../crypto/digest.ts'
import type { Deps } from '../../deps.ts'
import { noteCaller } from '../../http/caller.ts'
import { pathParameter } from '../../http/request-path.ts'
import { answerEndedVisit } from '../../interaction/ended/reply.ts'
import { currentSession } from '../../interaction/session.ts'
import { findPendingRequest } from '../../store/tables/authorization-requests.ts'
import { proceed } from './proceed.ts'

export function resumeHandler(deps: Deps): RouteHandlerMethod {
  const { db, cookies, config } = deps
  return async (request, reply) => {
    const id = pathParameter(request, 'request') ?? ''
    const browserHashes = cookies.secretsOf(request, id).map(sha256)
    const pending = await findPendingRequest(db, id, browserHashes)
    if (!pending) return answerEndedVisit({ db, issuer: config.issuer }, reply, { id, browserHashes, isForm: false })
    if (pending.app) noteCaller(request, { clientId: pending.app.clientId })
    return proceed(deps, reply, pending, await currentSession(deps, request))
  }
}
