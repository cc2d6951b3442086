// What hooks hear of: before something happens, and after it. What comes after is told from the events of the audit log.

/** Asked before it happens; the answer may refuse it. */
export const BEFORE_EVENTS = ['before.sign-up', 'before.sign-in', 'before.token'] as const
export type BeforeEvent = (typeof BEFORE_EVENTS)[number]

/** Told afterwards, with the events of the audit log that they are told for. */
export const AFTER_EVENTS = {
  'person.created': ['sign-up succeeded', 'device became-account'],
  'person.changed': ['profile changed', 'address added', 'address made-primary', 'address removed'],
  'person.suspended': ['account suspended'],
  'person.restored': ['account restored'],
  'person.deleted': ['deletion done', 'deletion by-administrator'],
  'person.merged': ['person merged'],
  'credentials.changed': [
    ...['password replaced', 'password reset', 'passkey added', 'passkey removed', 'identity linked'],
    ...['identity unlinked', 'second-factor app-added', 'second-factor app-removed'],
    ...['second-factor removed-by-administrator', 'account reset-forced', 'account-change taken-back'],
  ],
  'login.ended': [
    ...['sign-out succeeded', 'sign-out everywhere-else', 'sign-out by-provider', 'account logins-ended'],
    ...['consent withdrawn', 'revocation by-app', 'revocation by-person', 'revocation by-administrator'],
  ],
  'groups.changed': ['group added', 'group removed', 'group set'],
  'roles.changed': [
    ...['role developer-given', 'role developer-taken', 'role administrator-given', 'role administrator-taken'],
    ...['role approver-given', 'role approver-taken'],
  ],
  'application.changed': [
    ...['client-registration succeeded', 'client-registration created', 'client-registration changed'],
    ...['application suspended', 'application restored', 'application removed'],
  ],
  'subscription.changed': [
    ...['subscription created', 'subscription changed', 'subscription removed', 'subscription requested'],
    ...['subscription approved', 'subscription declined', 'subscription suspended', 'subscription restored'],
  ],
} as const satisfies Readonly<Record<string, readonly string[]>>
export type AfterEvent = keyof typeof AFTER_EVENTS

const BY_AUDIT: ReadonlyMap<string, string> = new Map(
  Object.entries(AFTER_EVENTS).flatMap(([event, names]) => names.map((name) => [name, event])),
)

/** What hooks hear of an event of the audit log, if anything. */
export function hookEventOf(type: string, outcome: string): string | undefined {
  return BY_AUDIT.get(`${type} ${outcome}`)
}
