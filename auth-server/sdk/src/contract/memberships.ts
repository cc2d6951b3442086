// The contract of memberships: who is invited to an API that is not open to everybody, or was approved when they asked.
import Type from 'typebox'
import { MAX_REASON_LENGTH } from './approvals.ts'
import type { OperationTable } from './operation.ts'
import { API_ID, exactly, MOMENT, nullable, oneOf, PAGE_MEMBERS, PERSON_ID, pageOf, text } from './schemas.ts'

const MEMBERSHIP_ID = Type.String({ pattern: '^membership_[0-9a-f]{32}$' })
const MEMBERSHIP = exactly({
  id: MEMBERSHIP_ID,
  api_id: Type.String(),
  person_id: nullable({ ...PERSON_ID, description: 'Null until somebody has proven the address.' }),
  email: nullable(Type.String({ description: 'That nobody has proven yet.' })),
  person: nullable(exactly({ name: nullable(Type.String()), email: nullable(Type.String()) })),
  created_at: MOMENT,
})

const REQUEST_ID = Type.String({ pattern: '^request_[0-9a-f]{32}$' })
const ONE_REQUEST = exactly({ request_id: REQUEST_ID })
const REQUEST = exactly({
  id: REQUEST_ID,
  api_id: Type.String(),
  api_name: Type.String(),
  person_id: PERSON_ID,
  name: nullable(Type.String()),
  email: nullable(Type.String({ description: 'The main address of the person.' })),
  reason: nullable(Type.String({ description: 'Why, in the words of the person.' })),
  created_at: MOMENT,
})
const REASON = Type.String({
  maxLength: MAX_REASON_LENGTH,
  description: 'One line that the person reads in the mail about the decision.',
})

export const MEMBERSHIP_OPERATIONS = {
  'memberships.list': {
    method: 'GET',
    path: '/memberships',
    scope: 'memberships:read',
    summary: 'List who is invited to which API',
    description: 'The audit log says that you looked.',
    query: exactly({
      ...PAGE_MEMBERS,
      api_id: Type.Optional(API_ID),
      person_id: Type.Optional(PERSON_ID),
      email: Type.Optional(text(254, 'An address, whole: that is invited, or that a member has proven.')),
      name: Type.Optional(
        Type.String({ minLength: 2, maxLength: 100, description: 'How the name of a member begins.' }),
      ),
    }),
    answers: { 200: pageOf(MEMBERSHIP) },
  },
  'memberships.create': {
    method: 'POST',
    path: '/memberships',
    scope: 'memberships:write',
    summary: 'Invite somebody to an API',
    description:
      'Name person_id, or email: whoever has proven the address, or will, is a member. The address gets a mail, the same whether anybody has it, unless mail is false or the server sends none; of too many in a day, 409. Of a member, 409 – but not to a client without memberships:read: it is told neither who has the address nor who is a member, so the answer is 201 all the same, and its id ends nothing. Where the API is open, it counts from when it is not.',
    body: exactly({
      api_id: API_ID,
      person_id: Type.Optional(PERSON_ID),
      email: Type.Optional(text(254)),
      mail: Type.Optional(Type.Boolean({ description: 'False: no mail is sent. To a person_id none is sent anyway.' })),
      language: Type.Optional({ ...oneOf(['de', 'en']), description: 'Of the mail; en without it.' }),
    }),
    answers: { 201: MEMBERSHIP },
    problems: [404, 409],
  },
  'memberships.get': {
    method: 'GET',
    path: '/memberships/{membership_id}',
    scope: 'memberships:read',
    summary: 'Read one membership',
    params: exactly({ membership_id: MEMBERSHIP_ID }),
    answers: { 200: MEMBERSHIP },
    problems: [404],
  },
  'memberships.end': {
    method: 'DELETE',
    path: '/memberships/{membership_id}',
    scope: 'memberships:write',
    summary: 'End a membership',
    description:
      'Where the API is not open, and no address of the person is of a domain that it is for, their logins at it end. To a client without memberships:read the answer is 204 also where there is no such membership.',
    params: exactly({ membership_id: MEMBERSHIP_ID }),
    answers: { 204: null },
    problems: [404],
  },
  'memberships.requests': {
    method: 'GET',
    path: '/membership-requests',
    scope: 'memberships:read',
    summary: 'List who asks to come to which API',
    description:
      'Where `sign_up` of an API is `approval`. What was decided is not in it, nor what nobody decided on in 90 days. The audit log says that you looked.',
    query: exactly({ ...PAGE_MEMBERS, api_id: Type.Optional(API_ID) }),
    answers: { 200: pageOf(REQUEST) },
  },
  'memberships.waiting': {
    method: 'GET',
    path: '/membership-requests/counts',
    scope: 'memberships:read',
    summary: 'Count who asks to come, by API',
    description: 'Of the APIs that somebody asks to come to; it says nothing of who that is.',
    answers: {
      200: pageOf(exactly({ api_id: Type.String(), api_name: Type.String(), waiting: Type.Integer() })),
    },
  },
  'memberships.get_request': {
    method: 'GET',
    path: '/membership-requests/{request_id}',
    scope: 'memberships:read',
    summary: 'Read one request to come to an API',
    params: ONE_REQUEST,
    answers: { 200: REQUEST },
    problems: [404],
  },
  'memberships.approve': {
    method: 'POST',
    path: '/membership-requests/{request_id}/approve',
    scope: 'memberships:write',
    summary: 'Let somebody come to an API who has asked',
    description: 'They are a member, and get a mail. Of two who decide at once, one gets 404.',
    params: ONE_REQUEST,
    body: exactly({ reason: Type.Optional(REASON) }),
    answers: { 200: MEMBERSHIP },
    problems: [404],
  },
  'memberships.decline': {
    method: 'POST',
    path: '/membership-requests/{request_id}/decline',
    scope: 'memberships:write',
    summary: 'Decline that somebody comes to an API',
    description: 'They get a mail, and can ask again after 7 days.',
    params: ONE_REQUEST,
    body: exactly({ reason: Type.Optional(REASON) }),
    answers: { 204: null },
    problems: [404],
  },
} as const satisfies OperationTable
