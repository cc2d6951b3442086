// What a registration form has to be like beyond its schema. Pure.

import { isReservedClaim } from '@mobile-api-gateway/sdk/claim-names.ts'
import {
  DEFAULT_TEXT_LENGTH,
  type RegistrationField,
  type RegistrationForm,
} from '@mobile-api-gateway/sdk/contract/registration-form.ts'
import { isHttps } from './application-looks.ts'
import { isOpenIdScope, isPersonClaim } from './openid-scopes.ts'

type FieldType = RegistrationField['type']

/** Standard claims that an answer can become: the answer is kept in the person's profile. By the type of the field. */
const STANDARD: Readonly<Partial<Record<FieldType, readonly string[]>>> = {
  text: ['given_name', 'middle_name', 'family_name', 'nickname', 'preferred_username', 'gender'],
  date: ['birthdate'],
  phone: ['phone_number'],
}

/** What an access token carries to gateways and logs: no personal data beyond a choice. */
const IN_ACCESS_TOKEN: readonly FieldType[] = ['age-at-least', 'choice', 'choices', 'checkbox', 'country', 'terms']

/** What each type needs, and of what else it has nothing. */
const NEEDS: Readonly<Partial<Record<FieldType, readonly ('options' | 'age' | 'version' | 'link')[]>>> = {
  'age-at-least': ['age'],
  choice: ['options'],
  choices: ['options'],
  terms: ['version', 'link'],
}
const SPECIAL = ['options', 'age', 'version', 'link', 'min', 'max'] as const
const MAY_HAVE: Readonly<Partial<Record<FieldType, readonly (typeof SPECIAL)[number][]>>> = {
  text: ['max'],
  number: ['min', 'max'],
}
const MAX_LENGTH = 500
const MAX_CHOICE_BYTES = 64
/** What a page of ours is sent at the most (http/parameters.ts), but for what it needs itself. */
const MAX_INPUTS = 90
/** Of all answers that stand in one token, at the most. */
const MAX_TOKEN_BYTES = 1500

/** Whether the answer to a field is kept in the profile. */
export function isStandard({ claim }: RegistrationField): boolean {
  return claim !== undefined && isPersonClaim(claim)
}

/** The name of the claim that an answer becomes. */
export function claimOf({ name, claim = name }: RegistrationField): string {
  return claim
}

/** @param scopes of the API */
export function* registrationProblems({ fields }: RegistrationForm, scopes: readonly string[]): Generator<string> {
  const names = fields.map(({ name }) => name)
  const claims = fields.map(claimOf)
  for (const field of fields) {
    const what = `The field ${field.name}`
    if (names.indexOf(field.name) !== names.lastIndexOf(field.name)) yield `${what} is there twice.`
    if (claims.indexOf(claimOf(field)) !== claims.lastIndexOf(claimOf(field)))
      yield `${what} and another one are the same claim.`
    yield* typeProblems(field, what)
    yield* claimProblems(field, what, scopes)
  }
  if (
    fields.reduce((sum, { type, options }) => sum + (type === 'choices' ? (options?.length ?? 0) : 1), 0) > MAX_INPUTS
  )
    yield `The form has ${MAX_INPUTS} fields and boxes at most: leave out fields, or options of choices.`
  for (const [token, isIn] of [
    ['access token', (field: RegistrationField) => field.in_access_token],
    ['ID token', (field: RegistrationField) => field.scope !== undefined && !isStandard(field)],
  ] as const)
    if (fields.filter(isIn).reduce((sum, field) => sum + mostBytes(field), 0) > MAX_TOKEN_BYTES)
      yield `The answers in an ${token} could have more than ${MAX_TOKEN_BYTES} bytes: lower max, or tell fewer of them.`
}

function* typeProblems(field: RegistrationField, what: string): Generator<string> {
  const { type, options = [], link, min, max } = field
  const needed = NEEDS[type] ?? []
  for (const member of needed) if (field[member] === undefined) yield `${what} is of ${type} and needs ${member}.`
  for (const member of SPECIAL)
    if (field[member] !== undefined && ![...needed, ...(MAY_HAVE[type] ?? [])].includes(member))
      yield `${what} is of ${type}, which has no ${member}.`
  if (new Set(options.map(({ value }) => value)).size < options.length) yield `${what} has an option twice.`
  if (min !== undefined && max !== undefined && min > max) yield `${what} has a min above its max.`
  if (type === 'text' && max !== undefined && (max < 1 || max > MAX_LENGTH))
    yield `${what} has 1 to ${MAX_LENGTH} characters at most.`
  if (link !== undefined && !isHttps(link)) yield `${what} links to an https address.`
}

function* claimProblems(field: RegistrationField, what: string, scopes: readonly string[]): Generator<string> {
  const { type, claim, scope, options = [] } = field
  const name = claimOf(field)
  if (claim !== undefined && isPersonClaim(claim)) {
    if (!STANDARD[type]?.includes(claim)) yield `${what} is of ${type} and cannot become the claim ${claim}.`
    if (scope !== undefined) yield `${what} becomes ${claim}, which the scopes of OpenID Connect open: leave out scope.`
    if (field.in_access_token) yield `${what} becomes ${claim}, which stands in no access token.`
    return
  }
  if (isReservedClaim(name) || !/^[A-Za-z][\w.:/-]{0,59}$/.test(name) || ['constructor', 'prototype'].includes(name))
    yield `${what} cannot become the claim ${name}, which is the server's own or no name: take another one by claim.`
  if (scope !== undefined && !scopes.includes(scope) && !isOpenIdScope(scope))
    yield `${what} names the scope ${scope}, which the API does not have.`
  if (!field.in_access_token) return
  if (!IN_ACCESS_TOKEN.includes(type))
    yield `${what} is of ${type}: access tokens reach logs, so they carry ${IN_ACCESS_TOKEN.join(', ')} alone.`
  if (type === 'choices' && options.reduce((sum, { value }) => sum + value.length + 3, 0) > MAX_CHOICE_BYTES)
    yield `${what} could have more than ${MAX_CHOICE_BYTES} bytes in an access token: shorten its options.`
}

function mostBytes(field: RegistrationField): number {
  const { type, max = DEFAULT_TEXT_LENGTH, options = [] } = field
  const value: Readonly<Record<FieldType, number>> = {
    text: max * 4,
    email: 320,
    phone: 30,
    date: 12,
    'age-at-least': 5,
    choice: 66,
    choices: options.reduce((sum, option) => sum + option.value.length + 3, 2),
    country: 4,
    number: 17,
    checkbox: 5,
    terms: 66,
  }
  return claimOf(field).length + 4 + value[type]
}
