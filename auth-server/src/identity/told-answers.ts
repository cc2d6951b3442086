// The answers to a registration form as backends are told them.
import type { RegistrationForm } from '@mobile-api-gateway/sdk/contract/registration-form.ts'
import type { Db } from '../store/database.ts'
import { readRegistration } from '../store/queries/listed-registrations.ts'
import type { StandardClaims } from '../store/standard-claims.ts'
import type { Answers } from '../store/tables/registrations.ts'
import { claimValue } from './registration-answers.ts'
import { claimTexts, isClaimField } from './standard-claims.ts'

type TellableAnswer = string | number | boolean | string[]

/** The answers that a form asks for, as its people would tell them: those of the profile as they are there, of an age whether it is reached. */
export function toldAnswers(
  form: RegistrationForm | null,
  answers: Answers,
  claims: StandardClaims,
): Record<string, TellableAnswer> {
  const texts = claimTexts(claims)
  return Object.fromEntries(
    (form?.fields ?? []).flatMap((field): [string, TellableAnswer][] => {
      const { name, claim } = field
      const value = claim !== undefined && isClaimField(claim) ? texts.get(claim) : claimValue(field, answers)
      if (value === undefined || !Object.hasOwn(answers, name)) return []
      return [[name, typeof value === 'object' ? [...value] : value]]
    }),
  )
}

/** Undefined where nothing was answered, or it was deleted. */
export async function answersOf(
  db: Db,
  who: Readonly<{ personId: string; apiId: string }>,
): Promise<Readonly<Record<string, TellableAnswer>> | undefined> {
  const found = await readRegistration(db, who)
  return found && toldAnswers(found.form, found.answers, found.claims)
}
