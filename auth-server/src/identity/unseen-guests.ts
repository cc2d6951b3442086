// Guests who are not seen any more are erased: nobody but their app's key could ever have come back to them.
import { WITHOUT_REQUEST } from '../audit/context.ts'
import { record } from '../audit/record.ts'
import type { Db } from '../store/database.ts'
import { erasePerson } from '../store/person.ts'
import { holdUnseenGuest, listUnseenGuests } from '../store/queries/unseen-guests.ts'

/** Guests that are erased in one run. */
const MAX_ERASURES = 1000

/** Each in a transaction of its own. Returns how many. */
export async function eraseUnseenGuests(db: Db, signal?: AbortSignal): Promise<number> {
  let erased = 0
  for (const personId of await listUnseenGuests(db, MAX_ERASURES)) {
    if (signal?.aborted) break
    try {
      await erasePerson(db, personId, {
        also: async (trx) => {
          if (!(await holdUnseenGuest(trx, personId))) throw new SeenAgain()
          await record(trx, { type: 'deletion', outcome: 'done', personId }, WITHOUT_REQUEST)
        },
      })
      erased++
    } catch (error) {
      if (!(error instanceof SeenAgain)) throw error
    }
  }
  return erased
}

class SeenAgain extends Error {}
