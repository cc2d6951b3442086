// Setting second factors up and taking them away; who may, the pages and commands that call this have to see to.
import { type AuditContext, WITHOUT_REQUEST } from '../../audit/context.ts'
import { record } from '../../audit/record.ts'
import { randomId, randomSecret } from '../../crypto/random.ts'
import type { KnownSecrets } from '../../crypto/secrets.ts'
import { type Db, inTransaction, type Trx } from '../../store/database.ts'
import { noteChange } from '../../store/queries/account-changes.ts'
import { letCodesFall, setFactorsAside, type WhichFactors } from '../../store/queries/factor-removal.ts'
import {
  confirmTotp,
  findUnconfirmedTotp,
  insertUnconfirmedTotp,
  listTotps,
  replaceRecoveryCodes,
} from '../../store/queries/second-factors.ts'
import { unlessOnlyWay } from '../../store/queries/ways-in.ts'
import { raiseSession } from '../../store/tables/sessions.ts'
import { authenticatedBy, FIRST_FACTORS, PASSWORD_ACR } from '../acr.ts'
import { hashRecoveryCode, newRecoveryCodes, sealCodeKey } from './recovery-codes.ts'
import { newTotpSecret, openTotpSecret, readCode, sealTotpSecret, stepOfCode } from './totp.ts'

/** What is left of a sign-in without its second factor. */
const FALLEN = { acr: PASSWORD_ACR, firstFactors: FIRST_FACTORS } as const

/** Who sets something up, and where: nobody can finish it in another session. */
export interface FactorOwner {
  readonly personId: string
  readonly sessionId: string
}

/** The same, with the methods by which the session was made. */
export type SignedInOwner = FactorOwner & Readonly<{ amr: readonly string[] }>

/** Begins to set up an authenticator app, with a secret of its own. It counts for nothing until its first code. */
export async function beginTotp(db: Db, keyEncryptionKeys: KnownSecrets, owner: FactorOwner): Promise<void> {
  const id = randomId('authenticator')
  await insertUnconfirmedTotp(db, {
    ...owner,
    id,
    sealed: await sealTotpSecret(newTotpSecret(), keyEncryptionKeys, id),
  })
}

/** The secret of the app that is being set up in this session, if one is. */
export async function findBegunTotp(
  db: Db,
  keyEncryptionKeys: KnownSecrets,
  owner: FactorOwner,
): Promise<Readonly<{ id: string; secret: Uint8Array; now: number }> | undefined> {
  const found = await findUnconfirmedTotp(db, owner)
  if (!found) return undefined
  const { id, sealed, now } = found
  return { id, secret: await openTotpSecret(sealed, keyEncryptionKeys, id), now }
}

/**
 * Puts the begun app in force by its first code, in the place of the one before; the session, which has shown the first factor,
 * has shown both factors now.
 * @param also what belongs to it, in its transaction
 */
export async function finishTotp(
  db: Db,
  keyEncryptionKeys: KnownSecrets,
  owner: SignedInOwner,
  typed: string | undefined,
  also: (trx: Trx) => Promise<void>,
): Promise<'confirmed' | 'wrong code' | 'nothing begun'> {
  const begun = await findBegunTotp(db, keyEncryptionKeys, owner)
  if (!begun) return 'nothing begun'
  const code = readCode(typed)
  const step = code === undefined ? undefined : await stepOfCode(begun.secret, code, begun.now)
  if (step === undefined) return 'wrong code'
  const { id } = begun
  try {
    return await db.transaction().execute(async (trx): Promise<'confirmed'> => {
      // The app before makes way, and with it whatever was signed in by its codes.
      if ((await listTotps(trx, owner.personId)).length > 0) await letCodesFall(trx, owner, FALLEN)
      if (!(await raiseSession(trx, owner, authenticatedBy(['otp'], owner.amr)))) throw new NothingBegun()
      // Begun anew meanwhile: nothing was set up, so the session must not have risen either.
      if (!(await confirmTotp(trx, { id, personId: owner.personId, step }))) throw new NothingBegun()
      await noteChange(trx, { personId: owner.personId, kind: 'totp-added', subject: id })
      await also(trx)
      return 'confirmed'
    })
  } catch (error) {
    if (error instanceof NothingBegun) return 'nothing begun'
    throw error
  }
}

/** Undoes the transaction that it is thrown in. */
class NothingBegun extends Error {}

/** A new set of recovery codes, to be shown this once, in the place of the one before. */
export async function renewRecoveryCodes(
  db: Db,
  keyEncryptionKeys: KnownSecrets,
  personId: string,
  also: (trx: Trx) => Promise<void>,
): Promise<readonly string[]> {
  const codes = newRecoveryCodes()
  const rows = await Promise.all(
    codes.map(async (code) => {
      const [id, key] = [randomId('authenticator'), randomSecret()]
      const sealed = await sealCodeKey(key, keyEncryptionKeys, id)
      return { id, hash: hashRecoveryCode(key, personId, code), sealed }
    }),
  )
  await db.transaction().execute(async (trx) => {
    await replaceRecoveryCodes(trx, personId, rows)
    await noteChange(trx, { personId, kind: 'recovery-codes-made' })
    await also(trx)
  })
  return codes
}

/**
 * Takes away one second factor, or all. Every sign-in of the person that was made with two factors falls to the first one,
 * in tokens as well, from their next refresh on. `only way` where the last way to sign in has to stay, and would go.
 * @param also what belongs to it, in its transaction
 */
export function removeFactors(
  db: Db,
  which: WhichFactors,
  also: (trx: Trx, kinds: readonly string[]) => Promise<void>,
): Promise<readonly string[] | 'only way'> {
  return unlessOnlyWay(db, (trx) => removeFactorsWithin(trx, which, also))
}

async function removeFactorsWithin(
  trx: Trx,
  which: WhichFactors,
  also: (trx: Trx, kinds: readonly string[]) => Promise<void>,
): Promise<readonly string[]> {
  const kinds = await setFactorsAside(trx, which, FALLEN)
  for (const kind of kinds)
    await noteChange(trx, { personId: which.personId, kind: kind === 'totp' ? 'totp-removed' : 'passkey-removed' })
  if (kinds.length > 0) await also(trx, kinds)
  return kinds
}

/** The same by an administrator, for somebody who has lost them: what is lost is no way to sign in. Returns the kinds that went. */
export function removeFactorsByAdministrator(
  db: Db,
  which: Omit<WhichFactors, 'issuers'>,
  context: AuditContext = WITHOUT_REQUEST,
): Promise<readonly string[]> {
  const { personId } = which
  return inTransaction(db, (trx) =>
    removeFactorsWithin(trx, which, () =>
      record(trx, { type: 'second-factor', outcome: 'removed-by-administrator', personId }, context),
    ),
  )
}
