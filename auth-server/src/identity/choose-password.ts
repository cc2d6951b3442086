// What a proven address is used for: an account with a password, or another password for the account that is there.
import type { AuditContext } from '../audit/context.ts'
import { record } from '../audit/record.ts'
import type { Config } from '../config.ts'
import { randomId } from '../crypto/random.ts'
import type { Language } from '../pages/language.ts'
import type { Db } from '../store/database.ts'
import { noteChange } from '../store/queries/account-changes.ts'
import type { ProvenAddress } from '../store/queries/address-proofs.ts'
import { resetPassword } from '../store/queries/reset-password.ts'
import { signUp, signUpGuest, wouldSignUp } from '../store/queries/sign-up.ts'
import { lockInvitation } from '../store/tables/invitations.ts'
import type { StoredPassword } from '../store/tables/passwords.ts'
import { emailKey } from './email.ts'
import { leaveGroupsOfEndedLinks } from './groups.ts'
import { acceptInvitation } from './invitations.ts'
import { sealPassword } from './password.ts'
import { loadCommonPasswords, type PasswordProblem, passwordProblem } from './password-rules.ts'

/** What somebody typed who has just proven an address. */
export interface ChosenPassword {
  readonly proof: ProvenAddress
  readonly password: string
  readonly name: string | undefined
  readonly language: Language
  /** In whose visit, where it is still known. */
  readonly app: Readonly<{ name: string; applicationId?: string }> | undefined
  /** The key of the device whose guest makes this account, and stays who they are. */
  readonly deviceJkt?: string | undefined
  /** Asked when all else is right, before there is an account; false ends it there. */
  readonly mayJoin?: (() => Promise<boolean>) | undefined
}

type PasswordSettings = Pick<Config, 'passwordPepper' | 'operatorName' | 'issuer'>

/** A password that may be chosen, as it is stored. */
export type FitPassword =
  | Readonly<{ kind: 'fit'; sealed: StoredPassword }>
  | Readonly<{ kind: 'refused'; problem: PasswordProblem }>

/** @param words that somebody would try who knows the person; those about this server are added */
export async function sealIfFit(
  { passwordPepper, operatorName, issuer }: PasswordSettings,
  password: string,
  words: readonly string[],
): Promise<FitPassword> {
  const problem = await problemOf({ operatorName, issuer }, password, words)
  return problem ? { kind: 'refused', problem } : { kind: 'fit', sealed: await sealPassword(passwordPepper, password) }
}

async function problemOf(
  { operatorName = '', issuer }: Pick<PasswordSettings, 'operatorName' | 'issuer'>,
  password: string,
  words: readonly string[],
): Promise<PasswordProblem | undefined> {
  const all = [...words, operatorName, new URL(issuer).hostname]
  return passwordProblem(password, { words: all, isCommon: await loadCommonPasswords() })
}

/** The person, who can be signed in; what is wrong with the password; or nothing has happened, since the proof is used up. */
export type Chosen =
  | Readonly<{ kind: 'done'; personId: string; authEpoch: number }>
  | Readonly<{ kind: 'refused'; problem: PasswordProblem }>
  | Readonly<{ kind: 'ended' }>
  /** They may not make an account. */
  | Readonly<{ kind: 'not admitted' }>

export async function choosePassword(
  db: Db,
  config: PasswordSettings,
  { proof, password, name, language, app, deviceJkt, mayJoin }: ChosenPassword,
  context: AuditContext,
): Promise<Chosen> {
  const words = [proof.address, name ?? '', app?.name ?? '']
  if (proof.purpose === 'sign-up' && mayJoin) {
    const problem = await problemOf(config, password, words)
    if (problem) return { kind: 'refused', problem }
    const { applicationId } = app ?? {}
    const guest = deviceJkt === undefined || applicationId === undefined ? undefined : { deviceJkt, applicationId }
    const wouldBe = { emailKey: emailKey(proof.address), guest, needsInvitation: false }
    if (!(await wouldSignUp(db, wouldBe))) return { kind: 'ended' }
    if (!(await mayJoin())) return { kind: 'not admitted' }
  }
  const fit = await sealIfFit(config, password, words)
  if (fit.kind === 'refused') return fit
  const { sealed } = fit
  return db.transaction().execute(async (trx) => {
    if (proof.purpose === 'sign-up') {
      const { applicationId } = app ?? {}
      const invitation = await lockInvitation(trx, emailKey(proof.address) ?? '')
      const newcomer = { name: name ?? invitation?.name ?? undefined, language, password: sealed }
      const person =
        deviceJkt === undefined || applicationId === undefined
          ? await signUp(trx, proof, { ...newcomer, id: invitation?.id ?? randomId('usr') })
          : await signUpGuest(trx, proof, { ...newcomer, deviceJkt, applicationId })
      if (!person) return { kind: 'ended' }
      const whose = { personId: person.personId, ...(applicationId !== undefined && { applicationId }) }
      await record(trx, { type: 'sign-up', outcome: 'succeeded', ...whose }, context)
      if (deviceJkt !== undefined && applicationId !== undefined)
        await record(trx, { type: 'device', outcome: 'became-account', ...whose, applicationId }, context)
      await acceptInvitation(trx, invitation, person.personId, context)
      return { kind: 'done', ...person }
    }
    const person = await resetPassword(trx, proof, sealed)
    if (!person) return { kind: 'ended' }
    const { personId, authEpoch } = person
    await leaveGroupsOfEndedLinks(trx, personId, context)
    await noteChange(trx, { personId, kind: 'password-reset' })
    await record(trx, { type: 'password', outcome: 'reset', personId }, context)
    return { kind: 'done', personId, authEpoch }
  })
}
