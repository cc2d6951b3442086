// What hooks hear of: before something happens, and after it. What comes after is told from the events of the audit log.

/** Asked before it happens; the answer may refuse it. */
export const BEFORE_EVENTS = ['before.sign-up', 'before.sign-in', 'before.token'] as const
export type BeforeEvent = (typeof BEFORE_EVENTS)[number]

/** Told afterwards, with the events of the audit log that they are told for. */
export const AFTER_EVENTS = {
  'person.created': ['sign-up succeeded', 'device became-account'],
  'person.changed': [
    ...['profile changed', 'address added', 'address confirmed', 'address made-primary', 'address removed'],
  ],
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
  // Of the form of an API.
  'registration.answered': ['registration answered'],
  'registration.withdrawn': ['registration withdrawn'],
  // Who may come to an API.
  'membership.requested': ['membership asked-for'],
  'membership.declined': ['membership declined'],
  'membership.begun': ['membership begun'],
  'membership.ended': ['membership ended'],
  // The people of an application.
  'team.joined': ['team owner-joined', 'team collaborator-joined'],
  'team.left': ['team left'],
  'team.handed-over': ['team handed-over'],
  'application.created': ['client-registration succeeded', 'client-registration created'],
  'application.changed': [
    ...['client-registration changed', 'application identity-set', 'application identity-removed'],
    ...['application identity-confirmed', 'application logo-set', 'application logo-removed'],
    ...['application name-verified', 'application name-unverified'],
    ...['application secret-rotated', 'application secret-added', 'application secret-ended'],
  ],
  'application.suspended': ['application suspended'],
  'application.restored': ['application restored'],
  'application.deleted': ['application removed'],
  'subscription.requested': ['subscription requested'],
  'subscription.approved': ['subscription created', 'subscription approved'],
  'subscription.declined': ['subscription declined'],
  'subscription.changed': ['subscription changed'],
  'subscription.suspended': ['subscription suspended'],
  'subscription.restored': ['subscription restored'],
  'subscription.deleted': ['subscription removed'],
} as const satisfies Readonly<Record<string, readonly string[]>>
export type AfterEvent = keyof typeof AFTER_EVENTS

/** What no hook hears of: it changes nothing that others keep, or it is about the running of the server. */
export const UNTOLD = [
  ...['sign-in succeeded', 'sign-in refused', 'sign-in wrong-credentials', 'second-factor succeeded'],
  ...['second-factor recovery-code-used', 'second-factor wrong-code', 'second-factor recovery-codes-renewed'],
  ...['consent given', 'consent denied', 'registration read', 'registration searched-for', 'passkey renamed'],
  ...['passkey counter-went-back', 'refresh recovered', 'refresh reused', 'code reused', 'export by-person'],
  // Nobody is anybody yet, or an account comes from another system, whose operator has it.
  ...['membership promised', 'membership promise-withdrawn', 'invitation made', 'invitation withdrawn'],
  ...['invitation accepted', 'team invited', 'team invitation-withdrawn', 'account imported'],
  ...['people imported', 'people exported', 'people hashes-export-begun', 'people hashes-exported'],
  // A guest has no account.
  ...['device registered', 'device attested', 'revocation of-application'],
  ...['account-change brought-back', 'account-change set-aside-removed'],
  ...['deletion asked-for', 'deletion begun-by-administrator', 'deletion taken-back'],
  ...[
    'account read',
    'account searched-for',
    'audit searched',
    'audit exported',
    'audit ended',
    'setup link-made',
    'database restored',
    'key-rotation scheduled',
  ],
  ...[
    'key-rotation asked-for',
    'key-rotation leaked',
    'hook tested',
    'hook forgotten',
    'hook sent-again',
    'hook dropped',
    'provider tried',
  ],
  ...['group created', 'group described', 'group removed-from-catalogue'],
  ...['api suspended', 'api restored', 'api created', 'api changed', 'api removed'],
] as const

/** The events of the audit log that a hook hears of, with what it hears. */
export function toldFor(events: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries([...BY_AUDIT].filter(([, event]) => events.includes(event)))
}

const BY_AUDIT: ReadonlyMap<string, string> = new Map(
  Object.entries(AFTER_EVENTS).flatMap(([event, names]) => names.map((name) => [name, event])),
)

/** What hooks hear of an event of the audit log, if anything. */
export function hookEventOf(type: string, outcome: string): string | undefined {
  return BY_AUDIT.get(`${type} ${outcome}`)
}
