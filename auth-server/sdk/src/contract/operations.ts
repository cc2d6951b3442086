// The contract of running the server: what is revoked, what the audit log says, which keys sign.
import Type from 'typebox'
import type { OperationTable } from './operation.ts'
import { API_ID, CLIENT_ID, exactly, MOMENT, nullable, oneOf, PAGE_MEMBERS, PERSON_ID, pageOf } from './schemas.ts'

const ENDED = exactly({ ended: Type.Integer({ description: 'How many installations were signed out.' }) })

export const REVOCATION_OPERATIONS = {
  'revocations.person': {
    method: 'POST',
    path: '/revocations/people/{person_id}',
    scope: 'revocations:write',
    summary: 'End every login of a person, in all apps and browsers',
    params: exactly({ person_id: PERSON_ID }),
    answers: { 204: null },
    problems: [404],
  },
  'revocations.application': {
    method: 'POST',
    path: '/revocations/applications/{client_id}',
    scope: 'revocations:write',
    summary: 'End every login in an application, of all people',
    params: exactly({ client_id: CLIENT_ID }),
    answers: { 200: ENDED },
    problems: [404],
  },
  'revocations.installation': {
    method: 'POST',
    path: '/revocations/installations/{installation_id}',
    scope: 'revocations:write',
    summary: 'End one login',
    params: exactly({ installation_id: Type.String({ pattern: '^grant_[A-Za-z0-9_-]{22}$' }) }),
    answers: { 204: null },
    problems: [404],
  },
} as const satisfies OperationTable

const NAME = Type.String({ minLength: 1, maxLength: 60, pattern: '^[a-z-]+$' })
const CHANGE = exactly({ before: Type.Array(Type.String()), after: Type.Array(Type.String()) })

const EVENT = exactly({
  id: Type.String(),
  at: MOMENT,
  type: Type.String(),
  outcome: Type.String(),
  person: nullable(Type.String({ description: 'A pseudonym, which leads to nobody once they are erased.' })),
  client_id: nullable(Type.String()),
  api_id: nullable(Type.String()),
  by: nullable(
    exactly({
      kind: oneOf(['person', 'client', 'operator']),
      id: nullable(Type.String({ description: 'A pseudonym, or a client_id.' })),
    }),
  ),
  change: nullable(CHANGE),
  request_id: nullable(Type.String()),
})

export const AUDIT_OPERATIONS = {
  'audit.list': {
    method: 'GET',
    path: '/audit',
    scope: 'audit:read',
    summary: 'Search the audit log, the newest first',
    query: exactly({
      ...PAGE_MEMBERS,
      type: Type.Optional(NAME),
      outcome: Type.Optional(NAME),
      person_id: Type.Optional(PERSON_ID),
      client_id: Type.Optional(CLIENT_ID),
      api_id: Type.Optional(API_ID),
      by_client_id: Type.Optional({ ...CLIENT_ID, description: 'The machine client that did it.' }),
      since: Type.Optional(MOMENT),
      until: Type.Optional(MOMENT),
    }),
    answers: { 200: pageOf(EVENT) },
  },
} as const satisfies OperationTable

export const KEY_OPERATIONS = {
  'keys.list': {
    method: 'GET',
    path: '/keys',
    scope: 'keys:read',
    summary: 'List the keys that sign tokens, as far as they are published',
    answers: {
      200: pageOf(
        exactly({
          kid: Type.String(),
          alg: Type.String(),
          state: oneOf(['next', 'current', 'former']),
          signs_from: MOMENT,
          signs_until: {
            ...MOMENT,
            description: 'When the next key signs: the one there is, or the one that the schedule will bring.',
          },
        }),
      ),
    },
  },
} as const satisfies OperationTable
