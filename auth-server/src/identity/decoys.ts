// What the password at an address is compared with where there is none, so that the time of an answer tells nobody apart.
import { createHmac } from 'node:crypto'
import { type Db, wholeOf } from '../store/database.ts'
import { countImportedPasswords, type ImportedPasswords, type StoredPassword } from '../store/tables/passwords.ts'

/** Imported passwords become ours one sign-in after the other. */
const REFRESH_MILLIS = 10 * 60_000

interface Counted {
  readonly at: number
  readonly imported: Promise<readonly ImportedPasswords[]>
}
const COUNTED = new WeakMap<Db, Counted>()

/**
 * A check of another system's hash takes another time than one of ours. So the addresses without a password are as many of
 * each cost as those with one: which, their name says to whoever has the pepper, and it stays so. Undefined: what costs as
 * much as one of ours. Whoever it is compared with, the answer is no.
 */
export async function decoyOf(db: Db, pepper: string, emailKey: string): Promise<StoredPassword | undefined> {
  const imported = await countedImports(wholeOf(db))
  if (imported.length === 0) return undefined
  const digest = createHmac('sha256', pepper).update(`decoy\0${emailKey}`, 'utf8').digest()
  let left = digest.readUIntBE(0, 6) / 2 ** 48
  for (const { share, example } of imported) {
    if (left < share) return example
    left -= share
  }
  return undefined
}

/** As they were counted last; only the first to ask waits for it. */
function countedImports(db: Db): Promise<readonly ImportedPasswords[]> {
  const before = COUNTED.get(db)
  if (before && performance.now() - before.at < REFRESH_MILLIS) return before.imported
  const counting = countImportedPasswords(db)
  const counted: Counted = {
    at: performance.now(),
    // Until they are counted anew, and where that fails, it is as it was.
    imported: before ? before.imported : counting,
  }
  COUNTED.set(db, counted)
  counting.then(
    () => COUNTED.set(db, { ...counted, imported: counting }),
    () => (before ? undefined : COUNTED.delete(db)),
  )
  return counted.imported
}
