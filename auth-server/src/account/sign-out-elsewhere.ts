// Signing out everywhere but here: other browsers, and every app.
import type { FastifyRequest } from 'fastify'
import { ofRequest } from '../audit/context.ts'
import { record } from '../audit/record.ts'
import { endAllButSession } from '../store/end-sessions.ts'
import type { SignedIn } from './route.ts'

export function signOutElsewhere({ db, session }: SignedIn, request: FastifyRequest): Promise<void> {
  const { personId, id: sessionId } = session
  return db.transaction().execute(async (trx) => {
    await endAllButSession(trx, { personId, sessionId })
    await record(trx, { type: 'sign-out', outcome: 'everywhere-else', personId }, ofRequest(request))
  })
}
