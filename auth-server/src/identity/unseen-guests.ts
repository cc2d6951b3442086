// Guests who are not seen any more are erased: nobody but their app's key could ever have come back to them.
import { WITHOUT_REQUEST } from '../audit/context.ts'
import { record } from '../audit/record.ts'
import type { Db } from '../store/database.ts'
import { erasePerson } from '../store/person.ts'
import { holdUnseenGuest, listUnseenGuests } from '../store/queries/unseen-guests.ts'
import { eraseEach } from './erase-each.ts'

/**
 * Returns how many.
 * @throws {AggregateError} after the others, when some could not be erased
 */
export function eraseUnseenGuests(db: Db, signal?: AbortSignal): Promise<number> {
  return eraseEach({ list: (...which) => listUnseenGuests(db, ...which), erase: (id) => erase(db, id), signal })
}

async function erase(db: Db, personId: string): Promise<boolean> {
  try {
    return await erasePerson(db, personId, {
      also: async (trx) => {
        if (!(await holdUnseenGuest(trx, personId))) throw new SeenAgain()
        await record(trx, { type: 'deletion', outcome: 'done', personId }, WITHOUT_REQUEST)
      },
    })
  } catch (error) {
    if (error instanceof SeenAgain) return false
    throw error
  }
}

class SeenAgain extends Error {}
