// What the fields of a registration form start with: the answers that there are, those of the profile, or what was typed. Pure.
import type { RegistrationField } from '@mobile-api-gateway/sdk/contract/registration-form.ts'
import { inputName, standingAnswer } from '../../identity/registration-answers.ts'
import { claimTexts } from '../../identity/standard-claims.ts'
import type { StandardClaims } from '../../store/standard-claims.ts'
import type { Answers } from '../../store/tables/registrations.ts'

/** By the names of the page's form. */
export function startValues(
  fields: readonly RegistrationField[],
  answers: Answers | null,
  claims: StandardClaims,
): ReadonlyMap<string, string> {
  const said = claimTexts(claims)
  const values = new Map<string, string>()
  for (const field of fields) {
    const known = field.claim === undefined ? undefined : said.get(field.claim)
    const answer = known ?? (answers === null ? undefined : standingAnswer(field, answers))
    // Of an age no date is kept.
    if (answer === undefined || answer === false || field.type === 'age-at-least') continue
    if (typeof answer === 'object') for (const one of answer) values.set(inputName(field, one), 'yes')
    else if (answer !== true) values.set(inputName(field), String(answer))
    else if (field.type === 'checkbox') values.set(inputName(field), 'yes')
  }
  return values
}
