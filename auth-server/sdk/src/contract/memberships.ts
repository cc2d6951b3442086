// The contract of memberships: who is invited to an API that is not open to everybody.
import Type from 'typebox'
import type { OperationTable } from './operation.ts'
import { API_ID, exactly, MOMENT, nullable, PAGE_MEMBERS, PERSON_ID, pageOf, text } from './schemas.ts'

const MEMBERSHIP_ID = Type.String({ pattern: '^membership_[0-9a-f]{32}$' })
const MEMBERSHIP = exactly({
  id: MEMBERSHIP_ID,
  api_id: Type.String(),
  person_id: nullable({ ...PERSON_ID, description: 'Null until somebody has proven the address.' }),
  email: nullable(Type.String({ description: 'That nobody has proven yet.' })),
  created_at: MOMENT,
})

export const MEMBERSHIP_OPERATIONS = {
  'memberships.list': {
    method: 'GET',
    path: '/memberships',
    scope: 'memberships:read',
    summary: 'List who is invited to which API',
    query: exactly({ ...PAGE_MEMBERS, api_id: Type.Optional(API_ID), person_id: Type.Optional(PERSON_ID) }),
    answers: { 200: pageOf(MEMBERSHIP) },
  },
  'memberships.create': {
    method: 'POST',
    path: '/memberships',
    scope: 'memberships:write',
    summary: 'Invite somebody to an API',
    description:
      'Name person_id, or email: whoever has proven the address, or will, is a member. No mail is sent. Where the API is open, it counts from when it is not.',
    body: exactly({ api_id: API_ID, person_id: Type.Optional(PERSON_ID), email: Type.Optional(text(254)) }),
    answers: { 201: MEMBERSHIP },
    problems: [404, 409],
  },
  'memberships.end': {
    method: 'DELETE',
    path: '/memberships/{membership_id}',
    scope: 'memberships:write',
    summary: 'End a membership',
    description:
      'Where the API is not open, and no address of the person is of a domain that it is for, their logins at it end.',
    params: exactly({ membership_id: MEMBERSHIP_ID }),
    answers: { 204: null },
    problems: [404],
  },
} as const satisfies OperationTable
