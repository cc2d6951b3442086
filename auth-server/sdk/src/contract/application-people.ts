// The contract of the people of an application: who owns it, who works on it, who is invited.
import Type from 'typebox'
import type { OperationTable } from './operation.ts'
import { CLIENT_ID, exactly, MOMENT, nullable, oneOf, PAGE_MEMBERS, PERSON_ID, pageOf, text } from './schemas.ts'

const ROLE = oneOf(['owner', 'collaborator'])
const LANGUAGE = oneOf(['de', 'en'])

const MEMBER = exactly({
  person_id: PERSON_ID,
  name: nullable(Type.String()),
  email: nullable(Type.String()),
  role: ROLE,
  since: MOMENT,
})

const INVITATION = exactly({
  id: Type.String(),
  email: Type.String(),
  role: ROLE,
  hands_over: Type.Boolean({ description: 'Whoever invites works on it from then on, and owns it no more.' }),
  created_at: MOMENT,
  expires_at: MOMENT,
})

const ONE = exactly({ client_id: CLIENT_ID })

export const APPLICATION_PEOPLE_OPERATIONS = {
  'applications.people': {
    method: 'GET',
    path: '/applications/{client_id}/people',
    scope: 'applications:read',
    summary: 'List the people of an application',
    params: ONE,
    query: exactly({ ...PAGE_MEMBERS }),
    answers: { 200: pageOf(MEMBER) },
    problems: [404],
  },
  'applications.remove_person': {
    method: 'DELETE',
    path: '/applications/{client_id}/people/{person_id}',
    scope: 'applications:write',
    summary: 'Take somebody out of the people of an application',
    description:
      'Owners do that, and everybody for themselves. 409 for the last owner: invite another first, who accepts.',
    params: exactly({ client_id: CLIENT_ID, person_id: PERSON_ID }),
    answers: { 204: null },
    problems: [404, 409],
  },
  'applications.invitations': {
    method: 'GET',
    path: '/applications/{client_id}/invitations',
    scope: 'applications:read',
    summary: 'List the invitations to an application that nobody has accepted yet',
    params: ONE,
    query: exactly({ ...PAGE_MEMBERS }),
    answers: { 200: pageOf(INVITATION) },
    problems: [404],
  },
  'applications.invite': {
    method: 'POST',
    path: '/applications/{client_id}/invitations',
    scope: 'applications:write',
    summary: 'Invite somebody to an application by mail',
    description:
      'Owners do that. The answer is the same whether anybody here has the address. Whoever has proven it accepts by the link of the mail, once and within three days; who is no developer becomes one where `developers.open` is set or an administrator invites, and otherwise reaches the application once somebody makes them one. With role `owner` somebody who works on it already becomes an owner. 409 where the address is invited already, had three such mails within a day, or the server sends no mail.',
    params: ONE,
    body: exactly({
      email: text(254),
      role: Type.Optional({ ...ROLE, description: 'collaborator without it.' }),
      hand_over: Type.Optional(
        Type.Boolean({ description: 'With role `owner`: whoever invites owns it no more once it is accepted.' }),
      ),
      language: Type.Optional({ ...LANGUAGE, description: 'Of the mail; en without it.' }),
    }),
    answers: { 201: INVITATION },
    problems: [404, 409],
  },
  'applications.withdraw_invitation': {
    method: 'DELETE',
    path: '/applications/{client_id}/invitations/{invitation_id}',
    scope: 'applications:write',
    summary: 'Withdraw an invitation to an application',
    description: 'Owners do that. Its link is of no use any more.',
    params: exactly({
      client_id: CLIENT_ID,
      invitation_id: Type.String({ pattern: '^inv_[A-Za-z0-9_-]{22}$', description: 'The id of the invitation.' }),
    }),
    answers: { 204: null },
    problems: [404],
  },
} as const satisfies OperationTable
