// The contract of people: found, read, put out of use and back, deleted after seven days; their installations and consents.
import Type from 'typebox'
import { SUBJECT_KINDS } from '../subject-kind.ts'
import type { OperationTable } from './operation.ts'
import { CLIENT_ID, exactly, MOMENT, nullable, oneOf, PAGE_MEMBERS, PERSON_ID, pageOf, text } from './schemas.ts'

/** As tokens and identity headers call it. */
const KIND = oneOf(SUBJECT_KINDS)
const STATUS = oneOf(['active', 'suspended', 'leaving', 'merged'])

const SAID = Type.Optional(Type.String())

/** What people say of themselves, by the names of OpenID Connect Core §5.1; what nobody has said is not there. */
export const CLAIMS = exactly({
  given_name: SAID,
  middle_name: SAID,
  family_name: SAID,
  nickname: SAID,
  preferred_username: SAID,
  birthdate: SAID,
  gender: SAID,
  zoneinfo: SAID,
  website: SAID,
  profile: SAID,
  picture: SAID,
  phone_number: SAID,
  address: Type.Optional(
    exactly({ street_address: SAID, locality: SAID, region: SAID, postal_code: SAID, country: SAID }),
  ),
})

export const PERSON = exactly({
  id: PERSON_ID,
  name: nullable(Type.String()),
  email: nullable(Type.String({ description: 'The primary address, by which they sign in.' })),
  email_verified: Type.Boolean({ description: 'Whether they have shown that they read what is sent there.' }),
  language: nullable(Type.String({ description: 'Of mails; null while nobody knows.' })),
  claims: CLAIMS,
  groups: Type.Array(Type.String(), { description: 'In which groups they are, by whichever source.' }),
  kind: { ...KIND, description: 'A guest has no account: an app knows them by the key of a device alone.' },
  status: {
    ...STATUS,
    description:
      '`leaving`: erased at erase_after, and can come back until then. `merged`: a guest who is part of an account now.',
  },
  erase_after: nullable(MOMENT),
  created_at: MOMENT,
})

const INSTALLATION = exactly({
  id: Type.String({ description: 'The login behind it (`grant_id` in access tokens).' }),
  client_id: CLIENT_ID,
  api_id: Type.String(),
  name: nullable(Type.String({ description: 'What the person calls it.' })),
  scopes: Type.Array(Type.String()),
  acr: Type.String({ description: 'How the person signed in.' }),
  created_at: MOMENT,
  last_used_at: MOMENT,
})

const CONSENT = exactly({
  client_id: CLIENT_ID,
  api_id: Type.String(),
  scopes: Type.Array(Type.String()),
  given_at: MOMENT,
})

const ONE = exactly({ person_id: PERSON_ID })
const INSTALLATION_ID = Type.String({ pattern: '^grant_[A-Za-z0-9_-]{22}$' })

export const PEOPLE_OPERATIONS = {
  'people.list': {
    method: 'GET',
    path: '/people',
    scope: 'people:read',
    summary: 'Find people',
    description: 'By an address, by how a name begins, or all of a kind. The audit log says that you looked.',
    query: exactly({
      ...PAGE_MEMBERS,
      email: Type.Optional(text(254, 'An address that they sign in with, whole.')),
      name: Type.Optional(Type.String({ minLength: 2, maxLength: 100, description: 'How the name begins.' })),
      status: Type.Optional(STATUS),
      kind: Type.Optional(KIND),
    }),
    answers: { 200: pageOf(PERSON) },
  },
  'people.get': {
    method: 'GET',
    path: '/people/{person_id}',
    scope: 'people:read',
    summary: 'Read what is known of a person',
    description: 'The audit log says that you looked.',
    params: ONE,
    answers: { 200: PERSON },
    versioned: true,
    problems: [404],
  },
  'people.suspend': {
    method: 'POST',
    path: '/people/{person_id}/suspend',
    scope: 'people:write',
    summary: 'Put somebody out of use',
    description: 'Every login ends, gateways refuse their tokens within two seconds, and nothing signs them in.',
    params: ONE,
    answers: { 200: PERSON },
    versioned: true,
    problems: [404, 409],
  },
  'people.restore': {
    method: 'POST',
    path: '/people/{person_id}/restore',
    scope: 'people:write',
    summary: 'Take a suspension back',
    params: ONE,
    answers: { 200: PERSON },
    versioned: true,
    problems: [404, 409],
  },
  'people.delete': {
    method: 'DELETE',
    path: '/people/{person_id}',
    scope: 'people:write',
    summary: 'Delete an account, after seven days',
    description: 'It is out of use at once. Its person is written to, and can keep it by a link until it is erased.',
    params: ONE,
    answers: { 200: PERSON },
    versioned: true,
    precondition: true,
    problems: [404, 409],
  },
  'people.reset_password': {
    method: 'POST',
    path: '/people/{person_id}/reset-password',
    scope: 'people:write',
    summary: 'End all logins of a person, who then needs a new password',
    params: ONE,
    answers: { 200: PERSON },
    versioned: true,
    problems: [404, 409],
  },
  'people.installations': {
    method: 'GET',
    path: '/people/{person_id}/installations',
    scope: 'people:read',
    summary: 'List the apps that a person is signed in to',
    params: ONE,
    query: exactly({ ...PAGE_MEMBERS }),
    answers: { 200: pageOf(INSTALLATION) },
    problems: [404],
  },
  'people.end_installation': {
    method: 'DELETE',
    path: '/people/{person_id}/installations/{installation_id}',
    scope: 'people:write',
    summary: 'Sign one installation of a person out',
    params: exactly({ person_id: PERSON_ID, installation_id: INSTALLATION_ID }),
    answers: { 204: null },
    problems: [404],
  },
  'people.consents': {
    method: 'GET',
    path: '/people/{person_id}/consents',
    scope: 'people:read',
    summary: 'List what a person has allowed applications',
    params: ONE,
    query: exactly({ ...PAGE_MEMBERS }),
    answers: { 200: pageOf(CONSENT) },
    problems: [404],
  },
  'people.withdraw_consent': {
    method: 'DELETE',
    path: '/people/{person_id}/consents/{client_id}',
    scope: 'people:write',
    summary: 'Take back what a person has allowed an application',
    description: 'Its installations of this person are signed out, too.',
    params: exactly({ person_id: PERSON_ID, client_id: CLIENT_ID }),
    answers: { 204: null },
    problems: [404],
  },
} as const satisfies OperationTable
