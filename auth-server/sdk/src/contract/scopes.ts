// The scopes of the management API, in words. A machine client has exactly those that the operator gave it.

export const MANAGEMENT_SCOPES = {
  'apis:read': 'Read the APIs, their scopes and plans',
  'apis:write': 'Change the APIs, their scopes and plans',
  'applications:read': 'Read the applications',
  'applications:write': 'Register and change applications, and give them new secrets',
} as const

export type ManagementScope = keyof typeof MANAGEMENT_SCOPES

/** Where the API stands below the issuer; its address is its resource (`aud`), too. */
export const MANAGEMENT_PATH = '/management/v1'
