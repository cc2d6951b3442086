// What the operations of revocation do: logins end, at the gateways within two seconds.
import { endLogins } from '../identity/administration/people.ts'
import { readApplication } from '../store/queries/listed-applications.ts'
import { findInstallationOwner } from '../store/queries/listed-people.ts'
import { revokeApplication, revokeInstallation } from '../tokens/installations.ts'
import type { HandlersOf } from './handler.ts'
import { reachOf } from './reach.ts'
import { notFound } from './refusals.ts'

export const REVOCATION_HANDLERS: HandlersOf<'revocations'> = {
  'revocations.person': {
    async write({ trx, actor, input: { params } }) {
      if ((await endLogins(trx, actor.authority, params.person_id)) !== 'done') throw notFound('person')
      return undefined
    },
  },
  'revocations.application': {
    async write({ trx, actor, input: { params } }) {
      const application = await readApplication(trx, params.client_id, reachOf(actor))
      if (!application) throw notFound('application')
      return { ended: await revokeApplication(trx, application.id, actor.authority.context) }
    },
  },
  'revocations.installation': {
    async write({ trx, actor, input: { params } }) {
      const { installation_id: id } = params
      const owner = await findInstallationOwner(trx, id)
      const isEnded =
        owner && (await revokeInstallation(trx, { personId: owner.personId, id }, actor.authority.context))
      if (!isEnded) throw notFound('installation')
      return undefined
    },
  },
}
