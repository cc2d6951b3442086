// That somebody read about a person is an event, once for all that one page of the portal shows of them.
import { record } from '../audit/record.ts'
import type { Db } from '../store/database.ts'
import type { ManagementActor } from './actor.ts'

/** Whom the actors of pages have read about; each page has an actor of its own. */
const NOTED = new WeakMap<ManagementActor, Set<string>>()

export async function noteRead(db: Db, actor: ManagementActor, personId: string): Promise<void> {
  if (actor.person) {
    const noted = NOTED.get(actor) ?? new Set()
    if (noted.has(personId)) return
    NOTED.set(actor, noted.add(personId))
  }
  await record(db, { type: 'account', outcome: 'read', personId }, actor.authority.context)
}
