// The contract of groups and roles: who may allow what an API keeps for some, and who may act as more than themselves.
import Type from 'typebox'
import type { OperationTable } from './operation.ts'
import { API_ID, exactly, GROUP_NAME, MANAGED_BY, nullable, oneOf, PAGE_MEMBERS, PERSON_ID, pageOf } from './schemas.ts'

const DESCRIPTION = Type.String({ maxLength: 200, description: 'What it is for.' })
const GROUP = exactly({
  name: GROUP_NAME,
  description: Type.String(),
  members: Type.Integer({ description: 'How many people are in it.' }),
  managed_by: MANAGED_BY,
})
const ONE = exactly({ name: GROUP_NAME })
const OF_PERSON = exactly({ person_id: PERSON_ID })

/** By each source on its own: what one takes back, another may still give. */
const GROUPS_OF_PERSON = exactly({
  groups: Type.Array(
    exactly({ name: Type.String(), source: Type.String({ description: '`operator`, or an issuer.' }) }),
  ),
})

export const GROUP_OPERATIONS = {
  'groups.list': {
    method: 'GET',
    path: '/groups',
    scope: 'groups:read',
    summary: 'List groups',
    query: exactly({ ...PAGE_MEMBERS }),
    answers: { 200: pageOf(GROUP) },
  },
  'groups.create': {
    method: 'POST',
    path: '/groups',
    scope: 'groups:write',
    summary: 'Add a group',
    body: exactly({ name: GROUP_NAME, description: Type.Optional(DESCRIPTION) }),
    answers: { 201: GROUP },
    problems: [409],
  },
  'groups.get': {
    method: 'GET',
    path: '/groups/{name}',
    scope: 'groups:read',
    summary: 'Read a group',
    params: ONE,
    answers: { 200: GROUP },
    versioned: true,
    problems: [404],
  },
  'groups.update': {
    method: 'PATCH',
    path: '/groups/{name}',
    scope: 'groups:write',
    summary: 'Say what a group is for',
    description: 'Its name stays: it stands in tokens.',
    params: ONE,
    body: exactly({ description: DESCRIPTION }),
    answers: { 200: GROUP },
    versioned: true,
    precondition: true,
    problems: [404, 409],
  },
  'groups.delete': {
    method: 'DELETE',
    path: '/groups/{name}',
    scope: 'groups:write',
    summary: 'Delete a group, which no API names any more',
    description: 'Whoever is in it is so no more.',
    params: ONE,
    answers: { 204: null },
    precondition: true,
    problems: [404, 409],
  },
  'groups.members': {
    method: 'GET',
    path: '/groups/{name}/members',
    scope: 'people:read',
    summary: 'List who is in a group',
    description: 'The audit log says that you looked.',
    params: ONE,
    query: exactly({ ...PAGE_MEMBERS }),
    answers: { 200: pageOf(exactly({ person_id: PERSON_ID })) },
    problems: [404],
  },
  'groups.of_person': {
    method: 'GET',
    path: '/people/{person_id}/groups',
    scope: 'groups:read',
    summary: 'Read in which groups a person is',
    params: OF_PERSON,
    answers: { 200: GROUPS_OF_PERSON },
    versioned: true,
    problems: [404],
  },
  'groups.set_of_person': {
    method: 'PUT',
    path: '/people/{person_id}/groups',
    scope: 'groups:write',
    summary: 'Say in which groups a person is',
    description:
      'As far as operators and administrators put them there; other sources, such as an identity provider, stay.',
    params: OF_PERSON,
    body: exactly({ groups: Type.Array(GROUP_NAME, { maxItems: 100 }) }),
    answers: { 200: GROUPS_OF_PERSON },
    versioned: true,
    precondition: true,
    problems: [404, 409],
  },
} as const satisfies OperationTable

const ROLE = oneOf(['developer', 'approver', 'administrator'])
const GIVEN_ROLE = exactly({
  person_id: PERSON_ID,
  role: ROLE,
  api_id: nullable({ ...API_ID, description: 'Of an approver, and of nobody else.' }),
})
const ROLE_OF_PERSON = exactly({ person_id: PERSON_ID, role: ROLE })
const OF_API = exactly({ api_id: Type.Optional(API_ID) })

export const ROLE_OPERATIONS = {
  'roles.list': {
    method: 'GET',
    path: '/roles',
    scope: 'roles:read',
    summary: 'List who has which role',
    query: exactly({ ...PAGE_MEMBERS, role: Type.Optional(ROLE), person_id: Type.Optional(PERSON_ID) }),
    answers: { 200: pageOf(GIVEN_ROLE) },
  },
  'roles.give': {
    method: 'PUT',
    path: '/people/{person_id}/roles/{role}',
    scope: 'roles:write',
    summary: 'Give a person a role',
    description: 'Approvers are of an API: name it by api_id.',
    params: ROLE_OF_PERSON,
    query: OF_API,
    answers: { 200: GIVEN_ROLE },
    problems: [404, 409],
  },
  'roles.take': {
    method: 'DELETE',
    path: '/people/{person_id}/roles/{role}',
    scope: 'roles:write',
    summary: 'Take a role from a person',
    params: ROLE_OF_PERSON,
    query: OF_API,
    answers: { 204: null },
    problems: [404, 409],
  },
} as const satisfies OperationTable
