// Our own format: a line of JSON for each person, as an export writes it too.

import { fromBase32 } from '../../../crypto/base32.ts'
import { type ImportedHash, UnusableHash } from '../../../crypto/imported/hash.ts'
import { readHash } from '../../../crypto/imported/read.ts'
import type { Answers } from '../../../store/tables/registrations.ts'
import type { SourceBelongings } from '../belongings.ts'
import { isTrueAt, listAt, membersOf, textAt, textsAt, valueAt } from '../fields.ts'
import { type SourcePerson, WrongEntry } from '../person.ts'

const MEMBERS = new Set([
  ...['id', 'email', 'email_verified', 'name', 'language', 'claims', 'suspended', 'password_hash', 'password_pepper'],
  ...['other_emails', 'groups', 'identities', 'totp_secret', 'registrations'],
])

/** A member that is misspelt would be a person without a password. @throws {WrongEntry}, {UnusableHash} */
export function readPlain(value: unknown): SourcePerson {
  const unknown = [...membersOf(value).keys()].find((name) => !MEMBERS.has(name))
  if (unknown !== undefined)
    throw new WrongEntry(`has a member ${JSON.stringify(unknown.slice(0, 40))}, which is not known here`)
  const { address, ...claims } = Object.fromEntries(membersOf(valueAt(value, 'claims')))
  const parts = [...membersOf(address)].map(([name, part]) => [`address.${name}`, part] as const)
  const texts = [...Object.entries(claims), ...parts].flatMap(([name, text]) =>
    typeof text === 'string' ? [[name, text] as const] : [],
  )
  return {
    id: textAt(value, 'id'),
    email: textAt(value, 'email'),
    isVerified: isTrueAt(value, 'email_verified'),
    name: textAt(value, 'name'),
    language: textAt(value, 'language'),
    claims: Object.fromEntries(texts),
    isSuspended: isTrueAt(value, 'suspended'),
    hash: hashOf(value),
    belongings: belongingsOf(value),
  }
}

function belongingsOf(value: unknown): SourceBelongings {
  const secret = textAt(value, 'totp_secret')
  return {
    unverifiedSignIn: true,
    addresses: listAt(value, 'other_emails').map((one) => ({
      email: textAt(one, 'email') ?? '',
      isVerified: isTrueAt(one, 'email_verified'),
    })),
    groups: textsAt(value, 'groups'),
    identities: listAt(value, 'identities').map((one) => ({
      issuer: textAt(one, 'issuer') ?? '',
      subject: textAt(one, 'subject') ?? '',
    })),
    totps: secret === undefined ? [] : [fromBase32(secret)],
    registrations: listAt(value, 'registrations').map((one) => ({
      apiId: textAt(one, 'api_id') ?? '',
      answers: answersOf(valueAt(one, 'answers')),
    })),
  }
}

/** Whether they are answers to a form, the form says. */
function answersOf(value: unknown): Answers {
  return Object.fromEntries(
    [...membersOf(value)].flatMap(([name, answer]) => (isAnswer(answer) ? [[name, answer] as const] : [])),
  )
}

function isAnswer(value: unknown): value is Answers[string] {
  const isTexts = Array.isArray(value) && value.every((one) => typeof one === 'string')
  return isTexts || ['string', 'number', 'boolean'].includes(typeof value)
}

function hashOf(value: unknown): ImportedHash | undefined {
  const given = valueAt(value, 'password_hash')
  if (given === undefined || given === null) return undefined
  if (typeof given !== 'string') throw new UnusableHash('is no text')
  const hash = readHash(given)
  const pepper = textAt(value, 'password_pepper')
  if (pepper === undefined) return hash
  if (hash.kind !== 'bcrypt') throw new UnusableHash('has a pepper, which only those of a server of this kind have')
  return { ...hash, before: { kind: 'pepper', pepper } }
}
