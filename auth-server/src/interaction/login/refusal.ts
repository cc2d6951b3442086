// What the audit log keeps of somebody who has shown the right thing and is not let in.
import type { FastifyRequest } from 'fastify'
import { ofRequest } from '../../audit/context.ts'
import { record } from '../../audit/record.ts'
import type { Deps } from '../../deps.ts'
import type { PendingRequest } from '../../store/tables/authorization-requests.ts'

/** Its person has to be able to see that somebody else has their password. */
export async function recordRefusal(
  { db }: Pick<Deps, 'db'>,
  request: FastifyRequest,
  { app }: Pick<PendingRequest, 'app'>,
  personId: string,
): Promise<void> {
  const whose = { personId, ...(app && { applicationId: app.applicationId }) }
  await record(db, { type: 'sign-in', outcome: 'refused', ...whose }, ofRequest(request))
}
