// The life of a refresh-token family: rotation with one successor, a window for lost answers, the end on reuse.
import { type AuditContext, WITHOUT_REQUEST } from '../audit/context.ts'
import { record } from '../audit/record.ts'
import type { KnownSecrets } from '../crypto/secrets.ts'
import type { Db } from '../store/database.ts'
import { findLiveFamily, type Presented, recoverFamily, rotateFamily } from '../store/queries/refresh.ts'
import { type FamilyView, revokeFamily } from '../store/tables/refresh-families.ts'
import { newRefreshToken, type RefreshToken, sealSuccessor, unsealSuccessor } from './refresh-token.ts'

/** For how long a spent token gets the same successor again: retries and parallel callers converge. Seconds. */
export const SAME_SUCCESSOR_SECONDS = 120
/** For how long a spent token whose successor was never used gets one more successor. Seconds. */
export const RECOVERY_SECONDS = 24 * 3600

export type RefreshResult =
  | { kind: 'refreshed'; family: FamilyView; token: RefreshToken; how: 'rotated' | 'repeated' | 'recovered' }
  | { kind: 'invalid' }
  | { kind: 'reused'; familyId: string }
  | { kind: 'scope-exceeded' }
  | { kind: 'other-resource' }

export type Verdict = 'current' | 'same-successor' | 'recover' | 'reuse' | 'invalid'

/** What a family makes of an authentic token: the whole state machine, as a pure function of row and token. */
export function judge(family: FamilyView, token: Pick<RefreshToken, 'generation' | 'hash'>): Verdict {
  if (token.hash === family.currentHash) return 'current'
  if (token.hash === family.previousHash && family.spentSecondsAgo !== null) {
    // The successor was never used, or `previous` would be the successor itself.
    if (family.spentSecondsAgo <= SAME_SUCCESSOR_SECONDS) return 'same-successor'
    return family.spentSecondsAgo <= RECOVERY_SECONDS && !family.recovered ? 'recover' : 'reuse'
  }
  // RFC 9700 §4.14.2: an older token in use again ends the family, because thief and owner look the same.
  return token.generation < family.generation ? 'reuse' : 'invalid'
}

/** The same, for a holder who proved a key or none. Without its key a bound token is no token (RFC 9449 §5). */
function judgeHolder(family: FamilyView, token: RefreshToken, dpopJkt: string | null): Verdict {
  if (family.dpopJkt === null || family.dpopJkt === dpopJkt) return judge(family, token)
  // From before the binding a token is genuine without a key, so somebody else has bound the family: two holders.
  return family.boundSince !== null && token.generation < family.boundSince ? 'reuse' : 'invalid'
}

// Each round either returns or has lost a race to another caller, after which the row says something new.
const MAX_ROUNDS = 8

/** Answers one presentation of a refresh token (RFC 6749 §6; `oauth/token` turns the result into a response). */
export async function refreshFamily(
  db: Db,
  tokenSecrets: KnownSecrets,
  input: Omit<Presented, 'familyId' | 'generation' | 'hash'> &
    Readonly<{ token: RefreshToken; context?: AuditContext }>,
): Promise<RefreshResult> {
  const { token, context = WITHOUT_REQUEST, ...asked } = input
  const { familyId, generation, hash } = token
  const presented: Presented = { ...asked, familyId, generation, hash }

  for (let round = 0; round < MAX_ROUNDS; round++) {
    const successor = newRefreshToken(tokenSecrets, familyId, generation + 1)
    const rotated = await rotateFamily(db, presented, { hash: successor.hash, sealed: sealSuccessor(token, successor) })
    if (rotated) return { kind: 'refreshed', family: rotated, token: successor, how: 'rotated' }

    // A loser reads again in a second statement: only that one sees what the winner left behind (READ COMMITTED).
    const family = await findLiveFamily(db, familyId, input.clientId)
    if (!family) return { kind: 'invalid' }
    const verdict = judgeHolder(family, token, input.dpopJkt)
    if (verdict === 'invalid') return { kind: 'invalid' }
    if (verdict === 'reuse') {
      if (await endReused(db, family, context)) return { kind: 'reused', familyId }
      continue
    }
    if (input.scopes && !input.scopes.every((scope) => family.scopes.includes(scope))) return { kind: 'scope-exceeded' }
    if (input.resource !== null && input.resource !== family.resource) return { kind: 'other-resource' }
    if (verdict === 'same-successor' && family.sealedSuccessor) {
      const { sealedSuccessor: sealed, generation: successor, currentHash } = family
      const same = unsealSuccessor(tokenSecrets, token, { sealed, generation: successor, hash: currentHash })
      return { kind: 'refreshed', family, token: same, how: 'repeated' }
    }
    if (verdict === 'recover') {
      const another = newRefreshToken(tokenSecrets, familyId, family.generation + 1)
      const replacement = { hash: another.hash, sealed: sealSuccessor(token, another) }
      const recovered = await recover(db, family, replacement, input.dpopJkt, context)
      if (recovered) return { kind: 'refreshed', family: recovered, token: another, how: 'recovered' }
    }
  }
  throw new Error('a refresh-token family changed under every attempt to read it')
}

// Both are rare; a rotation, which happens all the time, is one statement and writes no event.
function endReused(db: Db, family: FamilyView, context: AuditContext): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    const ended = await revokeFamily(trx, family.id, family.generation, 'refresh token reuse')
    if (ended) await record(trx, { type: 'refresh', outcome: 'reused', ...ofFamily(family) }, context)
    return ended
  })
}

function recover(
  db: Db,
  family: FamilyView,
  successor: Readonly<{ hash: string; sealed: Buffer }>,
  dpopJkt: string | null,
  context: AuditContext,
): Promise<FamilyView | undefined> {
  return db.transaction().execute(async (trx) => {
    const recovered = await recoverFamily(trx, family, successor, dpopJkt)
    if (recovered) await record(trx, { type: 'refresh', outcome: 'recovered', ...ofFamily(family) }, context)
    return recovered
  })
}

function ofFamily({ personId, applicationId }: FamilyView) {
  return { personId, applicationId }
}
