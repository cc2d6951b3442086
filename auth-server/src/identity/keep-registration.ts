// Answering the registration form of an API, and taking the answers back: both are in the audit log, without an answer.
import type { RegistrationField } from '@mobile-api-gateway/sdk/contract/registration-form.ts'
import type { AuditContext } from '../audit/context.ts'
import { record } from '../audit/record.ts'
import { type Db, inTransaction, type Trx } from '../store/database.ts'
import { endInstallations } from '../store/queries/installations.ts'
import { changeClaims, findProfile } from '../store/tables/people.ts'
import { type Answers, findAnswered, keepAnswers, removeRegistration } from '../store/tables/registrations.ts'
import { type AnswerProblem, readAnswer } from './registration-answers.ts'
import { type ClaimFieldName, changedClaims, isClaimField } from './standard-claims.ts'

interface Registrant {
  readonly personId: string
  readonly apiId: string
}

/** What is wrong with which field. */
export type WrongAnswers = readonly Readonly<{ field: RegistrationField; problem: AnswerProblem }>[]

/** Reads and keeps the answers to these fields; or says what is wrong, and keeps none. */
export async function keepRegistration(
  db: Db,
  who: Registrant,
  { fields, typed }: Readonly<{ fields: readonly RegistrationField[]; typed: (name: string) => string | undefined }>,
  context: AuditContext,
  also: (trx: Trx) => Promise<unknown> = async () => {},
): Promise<WrongAnswers> {
  const today = new Date().toISOString().slice(0, 10)
  const read = fields.map((field) => ({ field, ...readAnswer(field, typed, today) }))
  const wrong = read.flatMap((one) => ('problem' in one ? [{ field: one.field, problem: one.problem }] : []))
  if (wrong.length > 0) return wrong
  const answers: Record<string, Answers[string] | undefined> = {}
  const profile = new Map<ClaimFieldName, string | undefined>()
  for (const one of read) {
    const { claim, name } = one.field
    const answer = 'answer' in one ? one.answer : undefined
    const isInProfile = claim !== undefined && isClaimField(claim)
    if (isInProfile) profile.set(claim, answer === undefined ? undefined : String(answer))
    answers[name] = isInProfile ? answer !== undefined : answer
  }
  await db.transaction().execute(async (trx) => {
    if (profile.size > 0) {
      const { claims } = await findProfile(trx, who.personId)
      await changeClaims(trx, who.personId, changedClaims(claims, profile))
    }
    await keepAnswers(trx, who, answers)
    await record(trx, { type: 'registration', outcome: 'answered', ...who }, context)
    await also(trx)
  })
  return []
}

/** Deletes the answers, and ends the logins of the API; false when there is nothing of the kind. */
export function withdrawRegistration(db: Db | Trx, who: Registrant, context: AuditContext): Promise<boolean> {
  return inTransaction(db, async (trx) => {
    if (!(await findAnswered(trx, who))) return false
    // In the order of TABLES: a code that is redeemed meanwhile comes first, or finds itself ended.
    await endInstallations(trx, who, 'registration withdrawn')
    if (!(await removeRegistration(trx, who))) return false
    await record(trx, { type: 'registration', outcome: 'withdrawn', ...who }, context)
    return true
  })
}
