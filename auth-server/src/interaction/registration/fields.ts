// The fields of a registration form as a page shows them, in the person's language; and what is wrong with their answers.
import type { FormWords, RegistrationField } from '@mobile-api-gateway/sdk/contract/registration-form.ts'
import { DEFAULT_TEXT_LENGTH } from '@mobile-api-gateway/sdk/contract/registration-form.ts'
import { COUNTRIES, ZONES } from '../../identity/claim-kinds.ts'
import { MAX_EMAIL_LENGTH } from '../../identity/email.ts'
import type { WrongAnswers } from '../../identity/keep-registration.ts'
import { inputName, isRequired } from '../../identity/registration-answers.ts'
import { CLAIM_FIELDS, isClaimField } from '../../identity/standard-claims.ts'
import { claimField } from '../../pages/claim-field.ts'
import { check, checks } from '../../pages/components/check.ts'
import { field as input } from '../../pages/components/field.ts'
import type { FieldProblem } from '../../pages/components/notice.ts'
import { select } from '../../pages/components/select.ts'
import type { Html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'

const CHOICES = { zone: ZONES, country: COUNTRIES }

export function inLanguage({ en, de }: FormWords, { language }: Texts): string {
  return language === 'de' ? (de ?? en) : en
}

export function answerProblems(wrong: WrongAnswers, texts: Texts): readonly FieldProblem[] {
  const { problems } = texts.registration
  return wrong.map(({ field, problem }) => {
    const label = inLanguage(field.label, texts)
    const { type, age = 0, max = DEFAULT_TEXT_LENGTH } = field
    const kindOf = { date: 'date', 'age-at-least': 'date', phone: 'phone' } as const
    const text =
      problem === 'young'
        ? problems.young(label, age)
        : problem === 'missing'
          ? problems[type === 'terms' ? 'terms' : 'missing'](label)
          : type === 'date' || type === 'age-at-least' || type === 'phone'
            ? texts.claims.problems[kindOf[type]](label)
            : type === 'number'
              ? problems.number(label, field.min, field.max)
              : type === 'text' || type === 'email'
                ? problems[type](label, max)
                : problems.wrong(label)
    return { field: inputName(field), text }
  })
}

/** @param value what a field of the page's form starts with, by its name there */
export function registrationField(
  field: RegistrationField,
  value: (name: string) => string | undefined,
  problems: readonly FieldProblem[],
  texts: Texts,
): Html {
  const { type, options = [], age = 0, claim } = field
  const name = inputName(field)
  const words = inLanguage(field.label, texts)
  const isOptional = !isRequired(field)
  const label = isOptional ? texts.registration.optional(words) : words
  const help = field.help && inLanguage(field.help, texts)
  const said = { name, label, hint: help, isOptional, problems, value: value(name) ?? '' }
  const listed = options.map((option) => ({ value: option.value, label: inLanguage(option.label, texts) }))
  switch (type) {
    case 'terms': {
      const { version = '', link: href = '' } = field
      const { terms, read } = texts.registration
      const link = { label: read(version), href }
      return check(
        { name, label: terms(words), value: version, isTicked: value(name) === version, link },
        help,
        problems,
      )
    }
    case 'checkbox':
      return check({ name, label, value: 'yes', isTicked: value(name) !== undefined }, help, problems)
    case 'choices': {
      const boxes = listed.map((option) => ({
        name: inputName(field, option.value),
        label: option.label,
        value: 'yes',
        isTicked: value(inputName(field, option.value)) !== undefined,
      }))
      return checks({ name, legend: label, hint: help }, boxes, problems)
    }
    case 'choice':
      return select({ ...said, options: [{ value: '', label: texts.claims.notChosen }, ...listed] })
    case 'number':
      return input({ ...said, kind: 'number', maxLength: 16, autocomplete: 'off' })
    case 'email':
      return input({ ...said, kind: 'email', maxLength: MAX_EMAIL_LENGTH })
    case 'age-at-least': {
      const hint = [texts.registration.ageHint(age), help].filter(Boolean).join(' ')
      return input({ ...said, hint, kind: 'date', maxLength: 10, autocomplete: 'bday' })
    }
    case 'date':
      return input({ ...said, kind: 'date', maxLength: 10, autocomplete: 'off' })
    default: {
      const kind = type === 'text' ? 'line' : type
      const known = claim !== undefined && isClaimField(claim) ? CLAIM_FIELDS[claim] : undefined
      const { maxLength = field.max ?? DEFAULT_TEXT_LENGTH, autocomplete = 'off' } = known ?? {}
      return claimField({ ...said, kind, maxLength, autocomplete }, { problems, isOptional }, CHOICES, texts)
    }
  }
}
