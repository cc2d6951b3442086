// What the operation does that tells what goes with an application.
import { readConsequences } from '../store/queries/consequences.ts'
import { requireApplication } from './applications.ts'
import type { HandlersOf } from './handler.ts'
import { inFives } from './usage.ts'

export type ConsequenceOperationId = 'applications.consequences'

export const CONSEQUENCE_HANDLERS: Pick<HandlersOf<'applications'>, ConsequenceOperationId> = {
  'applications.consequences': {
    async read({ db, actor, input: { params } }) {
      const { id, jwks } = await requireApplication(db, actor, params.client_id)
      const found = await readConsequences(db, id)
      const { subscriptions, people, isCounted, secrets, androidPackage, appleId, members, invitations } = found
      return {
        subscriptions: subscriptions.map(({ apiId, apiName, plan, status }) => ({
          api_id: apiId,
          api_name: apiName,
          plan,
          status,
        })),
        people: inFives(people),
        people_counted: isCounted,
        secrets,
        keys: jwks?.keys.length ?? 0,
        android: androidPackage,
        apple: appleId,
        members,
        invitations,
      }
    },
  },
}
