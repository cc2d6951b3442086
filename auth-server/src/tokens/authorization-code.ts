// Authorization codes: 32 random bytes, stored hashed, good once and for a minute.
import { type AuditContext, WITHOUT_REQUEST } from '../audit/context.ts'
import { record } from '../audit/record.ts'
import { sha256 } from '../crypto/digest.ts'
import { randomId, randomSecret } from '../crypto/random.ts'
import type { KnownSecrets } from '../crypto/secrets.ts'
import type { AddedClaims } from '../store/added-claims.ts'
import type { Db, Trx } from '../store/database.ts'
import { queueMerge } from '../store/queries/api-events.ts'
import { type MintedCode, mintCode } from '../store/queries/mint-code.ts'
import {
  type CodeFailure,
  type CodePresented,
  consumeCode,
  consumeMergingCode,
  explainCode,
  type MergedFamily,
  type OpenedFamily,
} from '../store/queries/redeem-code.ts'
import { newRefreshToken, type RefreshToken } from './refresh-token.ts'

const CODE_TTL_SECONDS = 60

/** Closes a request with a code for the person of the session; undefined when there is nothing left to close. */
export async function issueCode(
  db: Db,
  input: Omit<MintedCode, 'codeHash' | 'ttlSeconds'>,
): Promise<string | undefined> {
  const code = randomSecret()
  const issued = await mintCode(db, { ...input, codeHash: sha256(code), ttlSeconds: CODE_TTL_SECONDS })
  return issued ? code : undefined
}

export type Redemption =
  | { kind: 'redeemed'; family: OpenedFamily; token: RefreshToken }
  | { kind: 'refused'; because: CodeFailure['because'] }

/** Redeems a code once: of any number of parallel callers exactly one gets the family and its first refresh token. */
export async function redeemCode(
  db: Db,
  tokenSecrets: KnownSecrets,
  input: Omit<CodePresented, 'codeChallenge'> &
    Readonly<{ codeVerifier: string | undefined; addedClaims?: AddedClaims | undefined; context?: AuditContext }>,
): Promise<Redemption> {
  const { codeVerifier, addedClaims, context = WITHOUT_REQUEST, ...rest } = input
  const codeChallenge = codeVerifier === undefined ? null : sha256(codeVerifier)
  const presented: CodePresented = { ...rest, codeChallenge }
  const token = newRefreshToken(tokenSecrets, randomId('grant'), 1)
  const redemption = {
    ...presented,
    familyId: token.familyId,
    currentHash: token.hash,
    addedClaims: addedClaims === undefined ? null : JSON.stringify(addedClaims),
  }
  const family = await consumeCode(db, redemption)
  if (family) return { kind: 'redeemed', family, token }
  return db.transaction().execute(async (trx) => {
    // Only who holds the key of a device can redeem a code of one.
    const merged = presented.dpopJkt === null ? undefined : await consumeMergingCode(trx, redemption)
    if (!merged) return { kind: 'refused', because: await refuse(trx, presented, context) }
    await noteMerge(trx, merged, context)
    return { kind: 'redeemed', family: merged, token }
  })
}

/** The audit log and the backends hear of it, in the transaction that makes it. */
async function noteMerge(
  trx: Trx,
  { personId, applicationId, mergedFrom, pseudonyms }: MergedFamily,
  context: AuditContext,
): Promise<void> {
  const change = { before: [pseudonyms.from], after: [pseudonyms.into] }
  await record(trx, { type: 'person', outcome: 'merged', personId, applicationId, change }, context)
  await queueMerge(trx, { from: mergedFrom, into: personId })
}

async function refuse(trx: Trx, presented: CodePresented, context: AuditContext): Promise<CodeFailure['because']> {
  const failure = await explainCode(trx, presented)
  if (failure.because === 'repeated late') {
    const { personId, applicationId } = failure
    await record(trx, { type: 'code', outcome: 'reused', personId, applicationId }, context)
  }
  return failure.because
}
