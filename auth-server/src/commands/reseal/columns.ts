// Sealed columns, from one end to the other: what was sealed with the previous key is sealed with the one of now.
import { sealAnew } from '../../crypto/seal.ts'
import type { KnownSecrets } from '../../crypto/secrets.ts'
import { keyOfOldCodes, sealCodeKey } from '../../identity/second-factors/recovery-codes.ts'
import type { Db } from '../../store/database.ts'
import {
  giveCodesKeys,
  listCodesWithoutKey,
  listSealed,
  replaceSealed,
  SEALED_COLUMNS,
  type SealedColumn,
  type SealedValue,
} from '../../store/queries/sealed.ts'

/** Rows of one portion: a lock on them is held for milliseconds. */
const PORTION = 200

export interface Resealed {
  readonly anew: number
  readonly already: number
  /** Sealed with a key that is none of these. */
  readonly lost: number
}

/** Everything. @param tell of each table that has something sealed */
export async function resealColumns(
  db: Db,
  keys: KnownSecrets,
  tell: (table: string, count: Resealed) => void,
): Promise<Resealed> {
  let all: Resealed = { anew: 0, already: 0, lost: 0 }
  for (const column of SEALED_COLUMNS) {
    const count = await resealColumn(db, keys, column)
    if (count.anew + count.already + count.lost > 0) tell(column.table, count)
    all = sum(all, count)
  }
  return all
}

async function resealColumn(db: Db, keys: KnownSecrets, column: SealedColumn): Promise<Resealed> {
  let count: Resealed = { anew: 0, already: 0, lost: 0 }
  let after: readonly string[] | undefined
  do {
    const portion = await listSealed(db, column, { after, most: PORTION })
    after = portion.at(-1)?.key
    const sealed = await Promise.all(portion.map((value) => anewOf(value, keys)))
    const anew = sealed.flatMap((each) => (typeof each === 'string' ? [] : [each]))
    // One that has changed meanwhile was sealed by an instance, with the key of now.
    if (anew.length > 0) await replaceSealed(db, column, anew)
    const [already, lost] = (['already', 'lost'] as const).map(
      (state) => sealed.filter((each) => each === state).length,
    )
    count = sum(count, { anew: anew.length, already: already ?? 0, lost: lost ?? 0 })
  } while (after !== undefined)
  return count
}

async function anewOf(
  value: SealedValue,
  keys: KnownSecrets,
): Promise<(SealedValue & Readonly<{ anew: string }>) | 'already' | 'lost'> {
  try {
    const anew = await sealAnew(value.sealed, keys)
    return anew === undefined ? 'already' : { ...value, anew }
  } catch {
    return 'lost'
  }
}

/** Recovery codes whose hashes were made with the key itself keep it, sealed. */
export async function sealKeysOfCodes(db: Db, keys: KnownSecrets): Promise<void> {
  const key = keyOfOldCodes(keys)
  for (let after = ''; ; ) {
    const ids = await listCodesWithoutKey(db, { after, most: PORTION })
    const last = ids.at(-1)
    if (last === undefined) return
    after = last
    await giveCodesKeys(
      db,
      await Promise.all(ids.map(async (id) => ({ id, sealed: await sealCodeKey(key, keys, id) }))),
    )
  }
}

function sum(one: Resealed, other: Resealed): Resealed {
  return { anew: one.anew + other.anew, already: one.already + other.already, lost: one.lost + other.lost }
}
