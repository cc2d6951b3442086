// The contract of invitations: how somebody comes to an account without signing up by themselves.
import Type from 'typebox'
import type { OperationTable } from './operation.ts'
import { exactly, GROUP_NAME, MOMENT, nullable, oneOf, PAGE_MEMBERS, PERSON_ID, pageOf, text } from './schemas.ts'

const LANGUAGE = oneOf(['de', 'en'])

const INVITATION = exactly({
  person_id: {
    ...PERSON_ID,
    description:
      'Whose `sub` it will be. Nobody has it before the invitation is accepted; a guest, or an account that adds the address, keeps its own.',
  },
  email: Type.String(),
  name: nullable(Type.String()),
  language: LANGUAGE,
  groups: Type.Array(Type.String()),
  developer: Type.Boolean({ description: 'Whether they will be a developer.' }),
  created_at: MOMENT,
  expires_at: MOMENT,
})

export const INVITATION_OPERATIONS = {
  'people.create': {
    method: 'POST',
    path: '/people',
    scope: 'people:write',
    summary: 'Invite a person by mail',
    description:
      'There is no account before they have proven the address, by the link of the mail or by signing up; groups are theirs from then on, and need `groups:write`; so is the role of a developer, which needs `roles:write`. 409 where the address has an account or an invitation, or where the server sends no mail.',
    body: exactly({
      email: text(254),
      name: Type.Optional({
        ...text(100),
        description: 'What they are called until they say so themselves.',
      }),
      language: Type.Optional({ ...LANGUAGE, description: 'Of the mail; en without it.' }),
      groups: Type.Optional(Type.Array(GROUP_NAME, { maxItems: 100, description: 'In which they are then.' })),
      developer: Type.Optional(Type.Boolean({ description: 'Makes them a developer, at the portal.' })),
    }),
    answers: { 201: INVITATION },
    problems: [409],
  },
  'people.invitations': {
    method: 'GET',
    path: '/invitations',
    scope: 'people:read',
    summary: 'List the invitations that nobody has accepted yet',
    description: 'The audit log says that you looked.',
    query: exactly({ ...PAGE_MEMBERS }),
    answers: { 200: pageOf(INVITATION) },
  },
  'people.withdraw_invitation': {
    method: 'DELETE',
    path: '/invitations/{invitation_id}',
    scope: 'people:write',
    summary: 'Withdraw an invitation',
    description: 'Its link is of no use any more.',
    params: exactly({ invitation_id: { ...PERSON_ID, description: 'The person_id of the invitation.' } }),
    answers: { 204: null },
    problems: [404],
  },
} as const satisfies OperationTable
