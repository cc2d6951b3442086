// All that the page of an application shows of it, asked at once.

import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import type { ChecklistItem } from '../../pages/components/checklist.ts'
import { listedApis } from '../apis/routes.ts'
import type { PortalPerson } from '../route.ts'
import type { ShownSubscription } from '../subscriptions/one-view.ts'
import { type Member, peopleOf } from './one.ts'

export interface ApplicationFacts {
  readonly application: OperationAnswer<'applications.get'>
  /** How many it has. */
  readonly secrets: number
  readonly subscriptions: readonly ShownSubscription[]
  /** What each API is called, by its id. */
  readonly apis: ReadonlyMap<string, string>
  readonly people: readonly Member[]
  readonly checklist: readonly ChecklistItem[]
}

export async function factsOf(
  me: PortalPerson,
  application: OperationAnswer<'applications.get'>,
): Promise<ApplicationFacts> {
  const params = { client_id: application.client_id }
  const [secrets, subscriptions, apis, people, checklist] = await Promise.all([
    me.ask('applications.list_secrets', { params }),
    me.ask('subscriptions.list', { query: { ...params, limit: 100 } }),
    listedApis(me),
    peopleOf(me, application),
    me.ask('applications.checklist', { params }),
  ])
  return {
    application,
    secrets: secrets.body.items.length,
    subscriptions: subscriptions.body.items,
    apis: new Map(apis.map(({ id, name }) => [id, name])),
    people,
    checklist: checklist.body.items,
  }
}
