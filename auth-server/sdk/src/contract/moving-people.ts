// The contract of people who move: one from another system with a hashed password, and everybody as an import reads them.
import Type from 'typebox'
import type { OperationTable } from './operation.ts'
import { CLAIMS, PERSON } from './people.ts'
import { exactly, GROUP_NAME, nullable, oneOf, PAGE_MEMBERS, PERSON_ID, pageOf, text } from './schemas.ts'

const ANSWER = Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Array(Type.String())])

const MOVING = exactly({
  id: PERSON_ID,
  email: nullable(Type.String()),
  email_verified: Type.Boolean(),
  name: nullable(Type.String()),
  language: nullable(Type.String()),
  claims: CLAIMS,
  suspended: Type.Boolean(),
  other_emails: Type.Array(exactly({ email: Type.String(), email_verified: Type.Boolean() })),
  groups: Type.Array(Type.String(), { description: 'As far as the operator and administrators put them there.' }),
  identities: Type.Array(exactly({ issuer: Type.String(), subject: Type.String() }), {
    description: 'Accounts elsewhere by which they sign in.',
  }),
  registrations: Type.Array(exactly({ api_id: Type.String(), answers: Type.Record(Type.String(), ANSWER) }), {
    description: 'Answers to the forms of APIs, as they are stored; none without `registrations:read`.',
  }),
})

export const MOVING_OPERATIONS = {
  'people.export': {
    method: 'GET',
    path: '/exported-people',
    scope: 'people:read',
    summary: 'Read everybody with an account, as an import reads them',
    description:
      'Without hashes, secrets, passkeys, roles and consents. Guests and who is being deleted are left out. The audit log says that you looked, for each person whose answers are told.',
    query: exactly({ ...PAGE_MEMBERS }),
    answers: { 200: pageOf(MOVING) },
  },
  'people.import': {
    method: 'POST',
    path: '/imported-people',
    scope: 'people:write',
    summary: 'Make an account of a person of another system, with their hashed password',
    description:
      'They sign in as before, and the hash becomes one of this server at the first sign-in. Kinds of hashes and how much work a check of one may be: as in an import by a file. An address that is not verified signs in and proves nothing; to call it verified takes `roles:write`, for what is promised to it is theirs at once. Groups take `groups:write`. 409 where the address is that of an account.',
    body: exactly({
      email: text(254),
      email_verified: Type.Optional(
        Type.Boolean({ description: 'Whether the other system has seen a proof. False unless told.' }),
      ),
      name: Type.Optional(text(100)),
      language: Type.Optional(oneOf(['de', 'en'])),
      claims: Type.Optional(CLAIMS),
      suspended: Type.Optional(Type.Boolean()),
      groups: Type.Optional(Type.Array(GROUP_NAME, { maxItems: 100 })),
      password_hash: {
        ...text(2000),
        description: 'bcrypt, Argon2, scrypt or PBKDF2 in a notation that says which, with its salt and its cost.',
      },
    }),
    answers: { 201: PERSON },
    problems: [409],
  },
} as const satisfies OperationTable
