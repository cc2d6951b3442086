// What belongs to people: the apps that they are signed in to, and what they allowed those.
import { record } from '../audit/record.ts'
import { withdrawAccess } from '../store/queries/access.ts'
import { readApplication } from '../store/queries/listed-applications.ts'
import {
  type ListedConsent,
  type ListedInstallation,
  listConsentsOf,
  listInstallationsOf,
} from '../store/queries/listed-people.ts'
import { revokeInstallation } from '../tokens/installations.ts'
import { requirePerson } from './administered.ts'
import type { HandlersOf } from './handler.ts'
import { noteRead } from './note-read.ts'
import { readPage, toPage } from './page.ts'
import { reachOf } from './reach.ts'
import { notFound } from './refusals.ts'

/** The operations on what belongs to people. */
export type BelongingId =
  | 'people.installations'
  | 'people.end_installation'
  | 'people.consents'
  | 'people.withdraw_consent'

function showInstallation(installation: ListedInstallation) {
  const { id, clientId, apiId, name, scopes, acr, createdAt, usedAt } = installation
  return {
    id,
    client_id: clientId,
    api_id: apiId,
    name,
    scopes,
    acr,
    created_at: createdAt.toISOString(),
    last_used_at: usedAt.toISOString(),
  }
}

function showConsent({ clientId, apiId, scopes, givenAt }: ListedConsent) {
  return { client_id: clientId, api_id: apiId, scopes, given_at: givenAt.toISOString() }
}

export const PEOPLE_BELONGINGS_HANDLERS: Pick<HandlersOf<'people'>, BelongingId> = {
  'people.installations': {
    async read({ db, actor, input: { params, query } }) {
      const page = readPage(query)
      const { id: personId } = await requirePerson(db, params.person_id)
      await noteRead(db, actor, personId)
      return toPage(page, await listInstallationsOf(db, personId, page.oneMore), ({ id }) => id, showInstallation)
    },
  },
  'people.end_installation': {
    async write({ trx, actor, input: { params } }) {
      const whose = { personId: params.person_id, id: params.installation_id }
      if (!(await revokeInstallation(trx, whose, actor.authority.context))) throw notFound('installation')
      return undefined
    },
  },
  'people.consents': {
    async read({ db, actor, input: { params, query } }) {
      const page = readPage(query)
      const { id: personId } = await requirePerson(db, params.person_id)
      await noteRead(db, actor, personId)
      const found = await listConsentsOf(db, personId, page.oneMore)
      return toPage(page, found, ({ clientId, apiId }) => `${clientId} ${apiId}`, showConsent)
    },
  },
  'people.withdraw_consent': {
    async write({ trx, actor, input: { params } }) {
      const application = await readApplication(trx, params.client_id, reachOf(actor))
      if (!application) throw notFound('consent')
      const whose = { personId: params.person_id, applicationId: application.id }
      const withdrawn = await withdrawAccess(
        trx,
        whose,
        (inner) => record(inner, { type: 'consent', outcome: 'withdrawn', ...whose }, actor.authority.context),
        'withdrawn by an administrator',
      )
      if (!withdrawn) throw notFound('consent')
      return undefined
    },
  },
}
