// What the operation that checks an application's links does: fetches what phones read, and notes the outcome for the checklist.
import { isDeepStrictEqual } from 'node:util'
import { checkAppLinks, firstProblem } from '../catalogue/app-links/check.ts'
import { tooManyRequests } from '../http/problem.ts'
import type { Limits } from '../limits/index.ts'
import { noteAppLinkCheck } from '../store/tables/application-evidence.ts'
import { callerOf, type ManagementActor } from './actor.ts'
import { lockOrdinary, requireApplication } from './applications.ts'
import type { HandlersOf } from './handler.ts'
import { requireIdentity } from './identities.ts'
import { conflict } from './refusals.ts'

export type AppLinkOperationId = 'applications.check_app_links'

export const APP_LINK_HANDLERS: Pick<HandlersOf<'applications'>, AppLinkOperationId> = {
  'applications.check_app_links': {
    async prepare({ deps, db, actor, input: { params } }) {
      // Whose it is comes first: nothing is fetched for strangers.
      const { clientId } = await requireApplication(db, actor, params.client_id)
      const identity = await requireIdentity(db, clientId)
      await admit(deps.limits, actor)
      const checked = await checkAppLinks(db, deps.config.issuer, { ...identity, clientId })
      return async ({ trx }) => {
        const { id } = await lockOrdinary(trx, actor, clientId)
        if (!isDeepStrictEqual(identity, await requireIdentity(trx, clientId))) throw conflict('app_links_changed')
        const problem = firstProblem(checked)
        await noteAppLinkCheck(trx, id, problem)
        return {
          verified: problem === undefined,
          record: [...checked.record],
          server: [...checked.server],
          documents: checked.documents.map(({ system, address, findings }) => ({
            system,
            address,
            findings: [...findings],
          })),
        }
      }
    },
  },
}

async function admit(limits: Limits, actor: ManagementActor): Promise<void> {
  const { waitSeconds } = await limits.admit({ appLinkChecks: { about: callerOf(actor) } })
  if (waitSeconds > 0)
    throw tooManyRequests('links are checked too often; wait as long as Retry-After says', waitSeconds)
}
