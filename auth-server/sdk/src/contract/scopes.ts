// The scopes of the management API, in words. A machine client has exactly those that the operator gave it.

export const MANAGEMENT_SCOPES = {
  'people:read': 'Find people, and read who they are, their apps and consents',
  'people:write': 'Suspend, restore and delete people, and end what they allowed',
  'groups:read': 'Read the groups, and who is in which',
  'groups:write': 'Change the groups, and who is in which',
  'roles:read': 'Read who is developer, approver or administrator',
  'roles:write': 'Make people developers, approvers and administrators',
  'applications:read': 'Read the applications',
  'applications:write': 'Register and change applications, and give them new secrets',
  'apis:read': 'Read the APIs, their scopes and plans',
  'apis:write': 'Change the APIs, their scopes and plans',
  'memberships:read': 'Read who is invited to which API, and who asks to come',
  'memberships:write': 'Invite people to APIs, decide on those who ask, and end that',
  'subscriptions:read': 'Read which application may use which API',
  'subscriptions:write': 'Ask for subscriptions, and end them',
  'approvals:read': 'Read which subscriptions wait for a decision',
  'approvals:write': 'Approve, decline and change subscriptions',
  'providers:read': 'Read which identity providers there are, and how they fare',
  'registrations:read': 'Read what people have answered to the forms of APIs',
  'registrations:write': 'Delete what people have answered to the forms of APIs',
  'revocations:write': 'End logins of people, of apps and on devices',
  'usage:read': 'Read how often applications called which API, and which calls were refused',
  'audit:read': 'Search the audit log',
  'keys:read': 'Read which keys sign tokens',
  'hooks:read': 'Read the hooks, and what they have not taken',
  'hooks:write': 'Test hooks, and send again or drop what they have not taken',
  'health:read': 'Read how the server, its gateways and its deliveries fare',
} as const

export type ManagementScope = keyof typeof MANAGEMENT_SCOPES

/** Where the API stands below the issuer; its address is its resource (`aud`), too. */
export const MANAGEMENT_PATH = '/management/v1'
