// When each published key signs: by the rows that there are, and from there on by the schedule.
import type { Db } from '../store/database.ts'
import { listPublishedKeys, type SigningKeyRow } from '../store/tables/signing-keys.ts'
import { KEEP_SECONDS, PUBLISH_LEAD_SECONDS, ROTATE_AFTER_SECONDS } from './signing-keys.ts'

export interface ScheduledKey {
  readonly kid: string
  readonly alg: string
  readonly state: 'next' | 'current' | 'former'
  readonly signsFrom: Date
  readonly signsUntil: Date
}

/** Every published key, oldest first. */
export async function listScheduledKeys(db: Db): Promise<readonly ScheduledKey[]> {
  const rows = await listPublishedKeys(db, KEEP_SECONDS)
  const now = Date.now()
  return rows.map(({ kid, alg, signsInSeconds }, place) => {
    const successor = rows.slice(place + 1).find((row) => row.alg === alg)
    const untilSeconds = successor?.signsInSeconds ?? signsInSeconds + ROTATE_AFTER_SECONDS + PUBLISH_LEAD_SECONDS
    return {
      kid,
      alg,
      state: stateOf(signsInSeconds, successor),
      signsFrom: new Date(now + signsInSeconds * 1000),
      signsUntil: new Date(now + untilSeconds * 1000),
    }
  })
}

function stateOf(signsInSeconds: number, successor: SigningKeyRow | undefined): ScheduledKey['state'] {
  if (signsInSeconds > 0) return 'next'
  return successor && successor.signsInSeconds <= 0 ? 'former' : 'current'
}
