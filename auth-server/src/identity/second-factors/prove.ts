// Whether a code is one of a person's second factors. Looking is one thing, using it up another, in the caller's transaction.
import type { KnownSecrets } from '../../crypto/secrets.ts'
import type { Db, Trx } from '../../store/database.ts'
import { listRecoveryCodes, listTotps, takeRecoveryCode, takeTotpStep } from '../../store/queries/second-factors.ts'
import { codeKeys, hashRecoveryCode, readRecoveryCode } from './recovery-codes.ts'
import { openTotpSecret, readCode, stepOfCode } from './totp.ts'

/** Uses the code up: true for one of all who bring the same. */
export type UseCode = (trx: Trx) => Promise<boolean>

interface Guess {
  readonly personId: string
  /** As it was typed. */
  readonly code: string | undefined
}

/** A code of the person's authenticator app; undefined when it is none. */
export async function findTotpCode(
  db: Db,
  keyEncryptionKeys: KnownSecrets,
  guess: Guess,
): Promise<UseCode | undefined> {
  const code = readCode(guess.code)
  if (code === undefined) return undefined
  for (const { id, sealed, now } of await listTotps(db, guess.personId)) {
    const step = await stepOfCode(await openTotpSecret(sealed, keyEncryptionKeys, id), code, now)
    if (step !== undefined) return (trx) => takeTotpStep(trx, id, step)
  }
  return undefined
}

/** One of the person's recovery codes; undefined when it cannot be one. */
export async function findRecoveryCode(
  db: Db,
  keyEncryptionKeys: KnownSecrets,
  { personId, code }: Guess,
): Promise<UseCode | undefined> {
  const read = readRecoveryCode(code)
  if (read === undefined) return undefined
  const stored = await listRecoveryCodes(db, personId)
  const keys = new Set((await Promise.all(stored.map((each) => codeKeys(each, keyEncryptionKeys)))).flat())
  const hashes = [...keys].map((key) => hashRecoveryCode(key, personId, read))
  return (trx) => takeRecoveryCode(trx, personId, hashes)
}
