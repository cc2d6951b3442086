// The contract of hooks: how each is configured and fares, what has not reached it, and what can be done about that.
import Type from 'typebox'
import type { OperationTable } from './operation.ts'
import { exactly, MOMENT, nullable, oneOf, PAGE_MEMBERS, pageOf } from './schemas.ts'

const HOOK_NAME = Type.String({ pattern: '^[a-z][a-z0-9-]{0,31}$', description: 'Its name in the catalogue file.' })
const DELIVERY_ID = Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}\\.[0-9]{1,20}$' })
const STATE = oneOf(['dead', 'waiting'])

const CALL = exactly({ at: MOMENT, event: Type.String() })
const FAILURE = exactly({
  at: MOMENT,
  event: Type.String(),
  because: Type.String({ description: 'What was wrong with its answer: `status 500`, `no answer within 3000 ms`.' }),
})

const HOOK = exactly({
  name: HOOK_NAME,
  url: Type.String({ description: 'Without its query, which may hold a key.' }),
  events: Type.Array(Type.String()),
  apis: nullable(Type.Array(Type.String(), { description: 'Null: it is asked about all APIs.' })),
  on_failure: nullable(oneOf(['refuse', 'continue'])),
  timeout_ms: nullable(Type.Integer()),
  configured: Type.Boolean({
    description:
      'Whether it is in the catalogue file of the instance that answers. One that is in none hears nothing: forget it.',
  }),
  last_call: nullable({ ...CALL, description: 'Of all instances; noted every ten seconds.' }),
  last_failure: nullable(FAILURE),
  recent_calls: Type.Array(
    exactly({
      at: MOMENT,
      event: Type.String(),
      problem: nullable(Type.String({ description: 'What was wrong with the answer; null where nothing was.' })),
    }),
    { description: 'The last 20 at most, the newest first; of all instances, noted every ten seconds.' },
  ),
  waiting: Type.Integer({ description: 'Calls that are tried again.' }),
  dead: Type.Integer({ description: 'Calls that were not taken for three days.' }),
})

const DELIVERY = exactly({
  id: DELIVERY_ID,
  hook: Type.String(),
  event: Type.String(),
  at: { ...MOMENT, description: 'When it happened.' },
  state: STATE,
  person_id: nullable(Type.String()),
  client_id: nullable(Type.String()),
  api_id: nullable(Type.String()),
  attempts: Type.Integer(),
  last_answer: nullable(Type.String({ description: 'To the last attempt: `status 500`, or why there was none.' })),
  next_attempt_at: nullable({ ...MOMENT, description: 'Null of a dead one.' }),
  expires_at: { ...MOMENT, description: 'When a waiting one is dead, and a dead one is gone.' },
})

const ONE_HOOK = exactly({ hook: HOOK_NAME })
const ONE = exactly({ delivery_id: DELIVERY_ID })

export const HOOK_OPERATIONS = {
  'hooks.list': {
    method: 'GET',
    path: '/hooks',
    scope: 'hooks:read',
    summary: 'List the hooks, and how they fare',
    answers: { 200: pageOf(HOOK) },
  },
  'hooks.test': {
    method: 'POST',
    path: '/hooks/{hook}/test',
    scope: 'hooks:write',
    summary: 'Call a hook with the event hook.test',
    description:
      'Signed like every call; it says nothing but event and at, and is not tried again. 409 where the instance that answers does not have the hook in its catalogue file.',
    params: ONE_HOOK,
    answers: {
      200: exactly({
        taken: Type.Boolean({ description: 'Whether it answered 2xx.' }),
        status: nullable(Type.Integer({ description: 'Null where there was no answer.' })),
        problem: nullable(Type.String()),
        took_ms: Type.Integer(),
      }),
    },
    problems: [404, 409],
  },
  'hooks.forget': {
    method: 'DELETE',
    path: '/hooks/{hook}',
    scope: 'hooks:write',
    summary: 'End a hook that no catalogue file has any more, with all that waits for it',
    description: 'While the instance that answers has it in its file: 409.',
    params: ONE_HOOK,
    answers: { 204: null },
    problems: [404, 409],
  },
  'hooks.send_all_again': {
    method: 'POST',
    path: '/hooks/{hook}/again',
    scope: 'hooks:write',
    summary: 'Send all dead calls of a hook again',
    params: ONE_HOOK,
    answers: { 200: exactly({ sent_again: Type.Integer() }) },
    problems: [404],
  },
  'hooks.deliveries': {
    method: 'GET',
    path: '/hook-deliveries',
    scope: 'hooks:read',
    summary: 'List the calls that hooks have not taken: dead ones first, of each kind the newest first',
    query: exactly({ ...PAGE_MEMBERS, hook: Type.Optional(HOOK_NAME), state: Type.Optional(STATE) }),
    answers: { 200: pageOf(DELIVERY) },
  },
  'hooks.get_delivery': {
    method: 'GET',
    path: '/hook-deliveries/{delivery_id}',
    scope: 'hooks:read',
    summary: 'Read a call that a hook has not taken',
    params: ONE,
    answers: { 200: DELIVERY },
    problems: [404],
  },
  'hooks.send_again': {
    method: 'POST',
    path: '/hook-deliveries/{delivery_id}/again',
    scope: 'hooks:write',
    summary: 'Send a dead call of a hook again',
    description: 'Under the same webhook-id, and for three days, as a new one. One that waits is sent anyway: 409.',
    params: ONE,
    answers: { 200: DELIVERY },
    problems: [404, 409],
  },
  'hooks.drop': {
    method: 'DELETE',
    path: '/hook-deliveries/{delivery_id}',
    scope: 'hooks:write',
    summary: 'Drop a call that a hook has not taken',
    description: 'The hook never hears of it, unless it is being called right now.',
    params: ONE,
    answers: { 204: null },
    problems: [404],
  },
} as const satisfies OperationTable
