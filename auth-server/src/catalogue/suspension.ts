// Applications, APIs and subscriptions are put out of use and back: at the gateway within two seconds. Whoever manages them: an emergency waits for no file.
import { record } from '../audit/record.ts'
import { type Db, inTransaction } from '../store/database.ts'
import { restoreRow, suspendRow } from '../store/queries/suspension.ts'
import type { CatalogueActor } from './actor.ts'

/** What became of it; `needed by gateways` is the feed of revocations and who reads it: without it nobody passes any gateway. */
export type SuspensionOutcome = 'done' | 'unchanged' | 'needed by gateways'

/**
 * Nobody signs in to it, it gets no tokens, and those that it has are refused. The logins of its people are kept, and go on
 * when it is restored.
 */
export function suspendApplication(
  db: Db,
  { context }: CatalogueActor,
  applicationId: string,
): Promise<SuspensionOutcome> {
  return inTransaction(db, async (trx) => {
    const outcome = await suspendRow(trx, 'applications', applicationId)
    if (outcome === 'done') await record(trx, { type: 'application', outcome: 'suspended', applicationId }, context)
    return outcome
  })
}

export function restoreApplication(
  db: Db,
  { context }: CatalogueActor,
  applicationId: string,
): Promise<SuspensionOutcome> {
  return inTransaction(db, async (trx) => {
    if (!(await restoreRow(trx, 'applications', applicationId))) return 'unchanged'
    await record(trx, { type: 'application', outcome: 'restored', applicationId }, context)
    return 'done'
  })
}

/** No application is given a token for it, and those that there are are refused. */
export function suspendApi(db: Db, { context }: CatalogueActor, apiId: string): Promise<SuspensionOutcome> {
  return inTransaction(db, async (trx) => {
    const outcome = await suspendRow(trx, 'apis', apiId)
    if (outcome === 'done') await record(trx, { type: 'api', outcome: 'suspended', apiId }, context)
    return outcome
  })
}

export function restoreApi(db: Db, { context }: CatalogueActor, apiId: string): Promise<SuspensionOutcome> {
  return inTransaction(db, async (trx) => {
    if (!(await restoreRow(trx, 'apis', apiId))) return 'unchanged'
    await record(trx, { type: 'api', outcome: 'restored', apiId }, context)
    return 'done'
  })
}

/** Of which application, to which API. */
export interface SuspendedSubscription {
  readonly id: string
  readonly applicationId: string
  readonly apiId: string
}

/** One application is given no token for one API, and those that it has are refused. It waits for no other suspension. */
export function suspendSubscription(
  db: Db,
  { context }: CatalogueActor,
  { id, applicationId, apiId }: SuspendedSubscription,
): Promise<SuspensionOutcome> {
  return inTransaction(db, async (trx) => {
    const outcome = await suspendRow(trx, 'subscriptions', id)
    if (outcome === 'done')
      await record(trx, { type: 'subscription', outcome: 'suspended', applicationId, apiId }, context)
    return outcome
  })
}

/** It is of use again, unless its application or its API is suspended. */
export function restoreSubscription(
  db: Db,
  { context }: CatalogueActor,
  { id, applicationId, apiId }: SuspendedSubscription,
): Promise<SuspensionOutcome> {
  return inTransaction(db, async (trx) => {
    if (!(await restoreRow(trx, 'subscriptions', id))) return 'unchanged'
    await record(trx, { type: 'subscription', outcome: 'restored', applicationId, apiId }, context)
    return 'done'
  })
}
