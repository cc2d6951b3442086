// Reading the answers to a registration form: what is kept of each, and what is wrong. Pure.
import {
  DEFAULT_TEXT_LENGTH,
  type RegistrationField,
  type RegistrationForm,
} from '@mobile-api-gateway/sdk/contract/registration-form.ts'
import { readAddress } from '../delivery/mail/mailbox.ts'
import { oneLine } from '../http/one-line.ts'
import type { Answers } from '../store/tables/registrations.ts'
import { READ_TEXT, readDay } from './claim-kinds.ts'
import { isClaimField, readClaimText } from './standard-claims.ts'

type Answer = Answers[string]
/** `missing`: it is required; `wrong`: it cannot be kept; `young`: not old enough. */
export type AnswerProblem = 'missing' | 'wrong' | 'young'
/** Undefined: nothing was answered, and nothing has to be. */
type ReadAnswer = Readonly<{ answer: Answer | undefined }> | Readonly<{ problem: AnswerProblem }>

export function isRequired({ required = true }: RegistrationField): boolean {
  return required
}

/** The fields that somebody has to see: all at first, later those that are new; terms for each version of theirs. */
export function openFields({ fields }: RegistrationForm, answers: Answers | null): readonly RegistrationField[] {
  return fields.filter((field) => answers === null || !isAnswered(field, answers))
}

/** Whether there is something without which nobody goes on. */
export function isAsked(form: RegistrationForm, answers: Answers | null): boolean {
  return answers === null || openFields(form, answers).some(isRequired)
}

function isAnswered(field: RegistrationField, answers: Answers): boolean {
  return standingAnswer(field, answers) !== undefined
}

/**
 * What an answer is worth under the rules that the field has now: undefined where somebody could not give it today, for it
 * was another type, other bounds or options, or need not have been there. Nobody believes it then, and it is asked again.
 */
export function standingAnswer(field: RegistrationField, answers: Answers): Answer | undefined {
  const answer = Object.hasOwn(answers, field.name) ? answers[field.name] : undefined
  const { type, claim, options = [], version, age } = field
  if (claim !== undefined && isClaimField(claim))
    // The profile has it, where its person may also have taken it away; an optional one was seen.
    return typeof answer === 'boolean' && (answer || !isRequired(field)) ? answer : undefined
  switch (type) {
    case 'terms':
      return answer === version ? answer : undefined
    case 'age-at-least':
      // Another age is another question.
      return answer === `${age}` || (answer === false && !isRequired(field)) ? answer : undefined
    case 'checkbox':
      return answer === true || (answer === false && !isRequired(field)) ? answer : undefined
    case 'choices': {
      if (!Array.isArray(answer)) return undefined
      const chosen = options.flatMap(({ value }) => (answer.includes(value) ? [value] : []))
      return chosen.length === 0 && isRequired(field) ? undefined : chosen
    }
    case 'number':
      return typeof answer === 'number' ? read(String(answer), field) : undefined
    default:
      return typeof answer === 'string' && read(answer, field) === answer ? answer : undefined
  }
}

/** The name of a field in a page's form. */
export function inputName({ name }: RegistrationField, option?: string): string {
  return option === undefined ? `answer.${name}` : `answer.${name}.${option}`
}

/** @param typed what stands in the page's form under a name @param today YYYY-MM-DD */
export function readAnswer(
  field: RegistrationField,
  typed: (name: string) => string | undefined,
  today: string,
): ReadAnswer {
  const text = (typed(inputName(field)) ?? '').trim()
  const { type, options = [], min = -MAX_NUMBER, max } = field
  switch (type) {
    case 'choices': {
      const chosen = options.flatMap(({ value }) => (typed(inputName(field, value)) === undefined ? [] : [value]))
      return chosen.length === 0 && isRequired(field) ? { problem: 'missing' } : { answer: chosen }
    }
    case 'checkbox':
      return text === '' && isRequired(field) ? { problem: 'missing' } : { answer: text !== '' }
    case 'terms':
      if (text === '') return isRequired(field) ? { problem: 'missing' } : { answer: undefined }
      // A page of an older version says so by what it sends.
      return text === field.version ? { answer: text } : { problem: 'missing' }
    default:
  }
  if (text === '') return isRequired(field) ? { problem: 'missing' } : { answer: undefined }
  if (type === 'age-at-least') {
    const day = READ_TEXT.date(text)
    if (day === undefined) return { problem: 'wrong' }
    if (isAtLeast(day, field.age ?? 0, today)) return { answer: `${field.age}` }
    return isRequired(field) ? { problem: 'young' } : { answer: false }
  }
  const answer = read(text, { ...field, min, ...(max !== undefined && { max }) })
  return answer === undefined ? { problem: 'wrong' } : { answer }
}

const MAX_NUMBER = Number.MAX_SAFE_INTEGER

function read(text: string, field: RegistrationField): Answer | undefined {
  const { type, claim, options = [], min = -MAX_NUMBER, max } = field
  if (claim !== undefined && isClaimField(claim)) return readClaimText(claim, text)
  switch (type) {
    case 'email':
      return readAddress(text)?.mailbox === undefined ? undefined : text
    case 'phone':
      return READ_TEXT.phone(text)
    case 'country':
      return READ_TEXT.country(text)
    case 'date':
      return readDay(text)
    case 'choice':
      return options.find(({ value }) => value === text)?.value
    case 'number': {
      const number = /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN
      return number >= min && number <= (max ?? MAX_NUMBER) ? number : undefined
    }
    default:
      return oneLine(text, max ?? DEFAULT_TEXT_LENGTH)
  }
}

/** Whoever was born on 29 February is a year older on 1 March. */
export function isAtLeast(born: string, age: number, today: string): boolean {
  return `${String(Number(born.slice(0, 4)) + age).padStart(4, '0')}${born.slice(4)}` <= today
}

/** What an answer says in a token; undefined where there is nothing to say. */
export function claimValue(field: RegistrationField, answers: Answers): Answer | undefined {
  const answer = standingAnswer(field, answers)
  return answer !== undefined && field.type === 'age-at-least' ? answer !== false : answer
}
