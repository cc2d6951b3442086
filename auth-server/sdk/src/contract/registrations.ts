// The contract of registrations: what people have answered to the form of an API.
import Type from 'typebox'
import type { OperationTable } from './operation.ts'
import { API_ID, exactly, MOMENT, nullable, PAGE_MEMBERS, PERSON_ID, pageOf } from './schemas.ts'

const VERSION = Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$' })
const REGISTERED = {
  api_id: API_ID,
  person_id: PERSON_ID,
  terms_version: nullable(Type.String({ description: 'Of the terms in the form: to which version they agreed.' })),
  created_at: MOMENT,
  changed_at: MOMENT,
}
const ANSWER = Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Array(Type.String())])
const REGISTRATION = exactly({
  ...REGISTERED,
  answers: Type.Record(Type.String(), ANSWER, {
    description:
      'By the names of the fields that the form has now. What stands in the profile is told as it is there now; of an age, whether they have reached it.',
  }),
})
const ONE = exactly({ api_id: API_ID, person_id: PERSON_ID })

export const REGISTRATION_OPERATIONS = {
  'registrations.list': {
    method: 'GET',
    path: '/registrations',
    scope: 'registrations:read',
    summary: 'Find who has answered the form of an API',
    description: 'Without the answers. The audit log says that you looked.',
    query: exactly({
      ...PAGE_MEMBERS,
      api_id: Type.Optional(API_ID),
      person_id: Type.Optional(PERSON_ID),
      terms_version: Type.Optional({ ...VERSION, description: 'Who agreed to this version of the terms.' }),
    }),
    answers: { 200: pageOf(exactly(REGISTERED)) },
  },
  'registrations.get': {
    method: 'GET',
    path: '/registrations/{api_id}/{person_id}',
    scope: 'registrations:read',
    summary: 'Read what somebody has answered to the form of an API',
    description: 'The audit log says that you looked, and the person can read that there.',
    params: ONE,
    answers: { 200: REGISTRATION },
    problems: [404],
  },
  'registrations.erase': {
    method: 'DELETE',
    path: '/registrations/{api_id}/{person_id}',
    scope: 'registrations:write',
    summary: 'Delete what somebody has answered to the form of an API',
    description: 'Their logins of the API end, and the form is asked again. What stands in the profile stays there.',
    params: ONE,
    answers: { 204: null },
    problems: [404],
  },
} as const satisfies OperationTable
