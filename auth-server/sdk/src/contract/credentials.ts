// The contract of how people sign in and where they are signed in: told without anything that opens something, and second factors taken away.
import Type from 'typebox'
import type { OperationTable } from './operation.ts'
import { exactly, MOMENT, nullable, oneOf, PAGE_MEMBERS, PERSON_ID, pageOf } from './schemas.ts'

const ONE = exactly({ person_id: PERSON_ID })

const CREDENTIALS = exactly({
  addresses: Type.Array(
    exactly({
      address: Type.String(),
      is_primary: Type.Boolean(),
      proof: nullable(oneOf(['assigned', 'verified', 'imported'])),
    }),
  ),
  password: exactly({
    changed_at: nullable({ ...MOMENT, description: 'Null: there is no password.' }),
    reset_required: Type.Boolean({ description: 'It signs nobody in until they have chosen another by mail.' }),
  }),
  second_factors: Type.Array(
    exactly({
      kind: oneOf(['passkey', 'totp']),
      name: nullable(Type.String()),
      created_at: MOMENT,
      last_used_at: nullable(MOMENT),
    }),
    { description: 'Passkeys sign in by themselves, too.' },
  ),
  recovery_codes: Type.Integer({ description: 'How many are left.' }),
  identities: Type.Array(exactly({ issuer: Type.String(), created_at: MOMENT, last_used_at: nullable(MOMENT) })),
})

const SESSION = exactly({
  id: Type.String(),
  acr: Type.String({ description: 'How the person signed in.' }),
  amr: Type.Array(Type.String()),
  signed_in_at: MOMENT,
  expires_at: MOMENT,
})

export const CREDENTIAL_OPERATIONS = {
  'people.credentials': {
    method: 'GET',
    path: '/people/{person_id}/credentials',
    scope: 'people:read',
    summary: 'Read by what a person signs in',
    description: 'Nothing of it opens anything. The audit log says that you looked.',
    params: ONE,
    answers: { 200: CREDENTIALS },
    problems: [404],
  },
  'people.remove_second_factors': {
    method: 'DELETE',
    path: '/people/{person_id}/second-factors',
    scope: 'people:write',
    summary: 'Take all second factors from somebody who has lost them',
    description:
      'Authenticator apps, passkeys and recovery codes. Sign-ins made with two factors fall to the first one.',
    params: ONE,
    answers: { 204: null },
    problems: [404, 409],
  },
  'people.sessions': {
    method: 'GET',
    path: '/people/{person_id}/sessions',
    scope: 'people:read',
    summary: 'List the browsers in which a person is signed in',
    params: ONE,
    query: exactly({ ...PAGE_MEMBERS }),
    answers: { 200: pageOf(SESSION) },
    problems: [404],
  },
} as const satisfies OperationTable
