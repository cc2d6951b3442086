// The commands by the thing that they are about. A verb is a row; its options and its help follow from the contract.

import { API_ADD, API_CHANGE } from './api-add.ts'
import { API_DOCUMENT } from './api-document.ts'
import { APP_ADD } from './app-add.ts'
import { CODE_PLATFORMS, requirePlatform, tellApp } from './app-settings.ts'
import { GROUP_ADD, GROUP_REMOVE } from './group-verbs.ts'
import { HOOK_VERBS } from './hook-verbs.ts'
import { MACHINE_ADD } from './machine-add.ts'
import { MEMBERSHIP_ADD } from './membership-add.ts'
import { personId } from './person-id.ts'
import { addLimits } from './plan-limits.ts'
import { invitationId, USER_ADD } from './user-add.ts'
import { USER_EXPORT } from './user-export.ts'
import { USER_IMPORT } from './user-import.ts'
import { operationVerb, type Verb } from './verb.ts'

/** A command: what it is about, and its verbs. */
export interface ManagedThing {
  readonly about: string
  readonly verbs: Readonly<Record<string, Verb>>
}

const APP = ['CLIENT_ID']
const PERSON = { takes: ['PERSON'], resolve: personId } as const
const SUBSCRIPTION = ['SUBSCRIPTION']
const GROUP = { takes: ['GROUP'] } as const

const SHOW_APP: Verb = {
  summary: 'Show an app, and code with its settings',
  takes: APP,
  options: { for: { type: 'string', help: CODE_PLATFORMS.join('|') } },
  run: async (call) => {
    const platform = requirePlatform(call.values.for)
    return tellApp(call, await call.client.applications.get({ client_id: call.args[0] ?? '' }), platform)
  },
}

const SUBSCRIPTION_COLUMNS = ['id', 'client_id', 'api_id', 'plan', 'status', 'scopes']

export const MANAGED_THINGS = {
  app: {
    about: 'Apps: what is registered, and what developers need to know of it.',
    verbs: {
      add: APP_ADD,
      list: operationVerb({
        operation: 'applications.list',
        columns: ['client_id', 'name', 'kind', 'suspended_at', 'managed_by'],
      }),
      show: SHOW_APP,
      change: operationVerb({ operation: 'applications.update', takes: APP, reads: 'applications.get' }),
      suspend: operationVerb({ operation: 'applications.suspend', takes: APP }),
      restore: operationVerb({ operation: 'applications.restore', takes: APP }),
      remove: operationVerb({
        operation: 'applications.delete',
        takes: APP,
        reads: 'applications.get',
        takesAway: 'its subscriptions and every login in it go with it, for good.',
        says: 'It is gone.',
      }),
    },
  },
  api: {
    about: 'APIs: what apps call with our tokens. In a checkout `api -- protect` also writes one into kong.yml.',
    verbs: {
      add: API_ADD,
      change: API_CHANGE,
      document: API_DOCUMENT,
      list: operationVerb({
        operation: 'apis.list',
        completes: addLimits,
        columns: ['id', 'name', 'resource', 'plans', 'limits', 'suspended_at', 'managed_by'],
      }),
      show: operationVerb({ operation: 'apis.get', takes: ['API'], completes: addLimits }),
      suspend: operationVerb({ operation: 'apis.suspend', takes: ['API'] }),
      restore: operationVerb({ operation: 'apis.restore', takes: ['API'] }),
      remove: operationVerb({
        operation: 'apis.delete',
        takes: ['API'],
        reads: 'apis.get',
        takesAway: 'its scopes go with it, for good. While applications are subscribed to it, it stays.',
        says: 'It is gone.',
      }),
    },
  },
  user: {
    about:
      'People. PERSON is an address or an id (usr_…). Who is added is invited by mail; it is they who make the account.',
    verbs: {
      add: USER_ADD,
      import: USER_IMPORT,
      export: USER_EXPORT,
      invitations: operationVerb({
        operation: 'people.invitations',
        columns: ['person_id', 'email', 'name', 'groups', 'expires_at'],
      }),
      withdraw: operationVerb({
        operation: 'people.withdraw_invitation',
        takes: ['ADDRESS'],
        resolve: invitationId,
        says: 'The invitation is withdrawn.',
      }),
      list: operationVerb({ operation: 'people.list', columns: ['id', 'email', 'name', 'kind', 'status'] }),
      show: operationVerb({ operation: 'people.get', ...PERSON }),
      suspend: operationVerb({ operation: 'people.suspend', ...PERSON }),
      restore: operationVerb({ operation: 'people.restore', ...PERSON }),
      remove: operationVerb({
        operation: 'people.delete',
        ...PERSON,
        reads: 'people.get',
        takesAway:
          'the account is out of use at once, and erased after seven days with all that is kept of its person.',
      }),
    },
  },
  group: {
    about:
      'Groups of people, which APIs can ask for. PERSON is an address or an id (usr_…). Who is taken out loses what was theirs as a member within two seconds.',
    verbs: {
      list: operationVerb({ operation: 'groups.list', columns: ['name', 'members', 'description', 'managed_by'] }),
      show: operationVerb({ operation: 'groups.get', ...GROUP }),
      members: operationVerb({ operation: 'groups.members', ...GROUP, columns: ['person_id'] }),
      add: GROUP_ADD,
      remove: GROUP_REMOVE,
      create: operationVerb({ operation: 'groups.create' }),
      change: operationVerb({ operation: 'groups.update', ...GROUP, reads: 'groups.get' }),
      delete: operationVerb({
        operation: 'groups.delete',
        ...GROUP,
        reads: 'groups.get',
        takesAway: 'whoever is in it is so no more. While an API names it, it stays.',
        says: 'It is gone.',
      }),
    },
  },
  membership: {
    about:
      'Who is invited to an API that is not open to everybody, or asks to come. PERSON is an address or an id (usr_…); of an address, whoever has proven it, or will.',
    verbs: {
      list: operationVerb({
        operation: 'memberships.list',
        columns: ['id', 'api_id', 'person_id', 'email', 'created_at'],
      }),
      add: MEMBERSHIP_ADD,
      requests: operationVerb({
        operation: 'memberships.requests',
        columns: ['id', 'api_id', 'name', 'email', 'reason', 'created_at'],
        none: 'Nobody asks to come.',
      }),
      approve: operationVerb({ operation: 'memberships.approve', takes: ['REQUEST'] }),
      decline: operationVerb({
        operation: 'memberships.decline',
        takes: ['REQUEST'],
        takesAway: 'the request goes; the person can make another after 7 days.',
        says: 'It is declined.',
      }),
      remove: operationVerb({
        operation: 'memberships.end',
        takes: ['MEMBERSHIP'],
        takesAway: 'where the API is not open, the logins of the person at it end.',
        says: 'It is gone.',
      }),
    },
  },
  machine: {
    about: 'Machine clients: programs that manage by the API. What else is done to them, npm run app does.',
    verbs: {
      add: MACHINE_ADD,
      list: operationVerb({
        operation: 'applications.list',
        given: { api: 'management' },
        columns: ['client_id', 'name', 'suspended_at'],
      }),
    },
  },
  hooks: {
    about:
      'Hooks of the catalogue file: how they fare, and the calls that they have not taken. `forget` ends one that you have taken out of the file of every server, with all that waits for it.',
    verbs: HOOK_VERBS,
  },
  subscription: {
    about: 'Subscriptions: which app may use which API.',
    verbs: {
      list: operationVerb({ operation: 'subscriptions.list', columns: SUBSCRIPTION_COLUMNS }),
      show: operationVerb({ operation: 'subscriptions.get', takes: SUBSCRIPTION }),
      add: operationVerb({ operation: 'subscriptions.create' }),
      suspend: operationVerb({ operation: 'subscriptions.suspend', takes: SUBSCRIPTION }),
      restore: operationVerb({ operation: 'subscriptions.restore', takes: SUBSCRIPTION }),
      change: operationVerb({ operation: 'approvals.change', takes: SUBSCRIPTION, reads: 'subscriptions.get' }),
      remove: operationVerb({
        operation: 'subscriptions.delete',
        takes: SUBSCRIPTION,
        reads: 'subscriptions.get',
        takesAway: 'the logins of the app for this API go with it.',
        says: 'It is gone.',
      }),
    },
  },
  approval: {
    about: 'Subscriptions that wait for a decision.',
    verbs: {
      list: operationVerb({ operation: 'approvals.list', columns: SUBSCRIPTION_COLUMNS }),
      approve: operationVerb({ operation: 'approvals.approve', takes: SUBSCRIPTION }),
      decline: operationVerb({
        operation: 'approvals.decline',
        takes: SUBSCRIPTION,
        takesAway: 'the request goes; another can be made.',
        says: 'It is declined.',
      }),
    },
  },
} as const satisfies Record<string, ManagedThing>
