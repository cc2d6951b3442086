// The mails in English; the names and facts of this table are those of all languages.
import type { MailText, ShownName } from '../../mail-text.ts'
import { UNDO } from './undo.ts'

interface AppFacts {
  /** The name of the app that it was begun in; none on the account's own pages. */
  readonly app?: ShownName
}

interface DeletionFacts {
  /** Until the account is erased. */
  readonly days: number
}

interface ChangeFacts {
  readonly change: keyof typeof UNDO.changes
}

interface RoleFacts {
  readonly role: keyof typeof ROLES
}

interface TeamFacts {
  readonly app: ShownName
  /** The address of whoever invites; null for whoever runs the server. */
  readonly by: string | null
  readonly role: keyof typeof TEAM_ROLES
}

const TEAM_ROLES = {
  owner: 'own it with them',
  collaborator: 'work on it with them',
  'handed over': 'own it in their place',
} as const

interface AskedFacts {
  readonly app: ShownName
  readonly api: string
}

interface MembershipDecidedFacts extends Omit<DecidedFacts, 'app'> {
  /** How long whoever was declined waits before they ask again. */
  readonly days: number
}

interface MembershipInvitedFacts extends Pick<AskedFacts, 'api'> {
  /** The address of whoever invites; null for whoever runs the server. */
  readonly by: string | null
  /** Whether people can make an account by themselves. */
  readonly mayMakeAccount: boolean
}

interface SignInChangedFacts {
  readonly app: ShownName
  readonly added: readonly string[]
  readonly removed: readonly string[]
  /** Whether an administrator has to look at it again. */
  readonly tookTrust: boolean
}
interface DecidedFacts extends AskedFacts {
  readonly decision: 'approved' | 'declined'
  /** In the words of whoever decided. */
  readonly reason: string | null
}

const ROLES = {
  developer: 'You are a developer here now: you see what is registered for apps.',
  approver: 'You approve now which apps may use an API.',
  administrator: 'You are an administrator here now: you may look people up, suspend apps and give roles.',
} as const

function forApp({ app }: AppFacts): string {
  return app === undefined ? '' : ` for ${app}`
}

const IGNORE = 'If this was not you, ignore this mail: nothing happens without the link or the code.'

export const MAIL = {
  'sign-up': (facts: AppFacts): MailText => ({
    subject: 'Confirm your e-mail address',
    lead: [`Somebody, most likely you, is making an account${forApp(facts)} with this e-mail address.`],
    action: 'Confirm this address',
    code: 'Or type this code where you began:',
    after: [IGNORE],
  }),
  invitation: (_: Readonly<Record<string, never>>): MailText => ({
    subject: 'You are invited to an account',
    lead: [
      'Whoever runs this server invites you to an account with this e-mail address. Choose a password, and it is yours.',
    ],
    action: 'Accept the invitation',
    ofLink: 'The link works for seven days.',
    after: ['If you do not want an account, ignore this mail: there is none without the link.'],
  }),
  join: ({ app, by, role }: TeamFacts): MailText => ({
    subject: `You are invited to the application ${app}`,
    lead: [
      `${by ?? 'Whoever runs this server'} invites you to the application “${app}”: to ${TEAM_ROLES[role]}. Sign in with this e-mail address to accept.`,
    ],
    action: 'See the invitation',
    ofLink: 'The link works for three days.',
    after: ['If you do not know why, ignore this mail: nothing happens without you.'],
  }),
  'left-team': ({ app }: Readonly<{ app: ShownName }>): MailText => ({
    subject: `You do not work on ${app} any more`,
    lead: [
      `An owner of the application “${app}” has taken you out of its people. You do not see it in the portal any more.`,
    ],
    after: ['If you do not know why, ask them, or whoever runs this server.'],
  }),
  'subscription-asked': ({ app, api }: AskedFacts): MailText => ({
    subject: `${app} asks to use ${api}`,
    lead: [`The application “${app}” asks to use the API “${api}”. Somebody has to approve or decline that.`],
    action: 'See what waits for approval',
    after: ['You get such a mail once an hour for each API at most; there may be more requests by now.'],
  }),
  'subscription-decided': ({ app, api, decision, reason }: DecidedFacts): MailText => ({
    subject: decision === 'approved' ? `${app} may use ${api}` : `${app} may not use ${api}`,
    lead: [
      decision === 'approved'
        ? `The request of the application “${app}” is approved: it may use the API “${api}” from now on, with the client ID that it has.`
        : `The request of the application “${app}” to use the API “${api}” is declined. You can ask again.`,
      ...(reason === null ? [] : [`Whoever decided writes: “${reason}”`]),
    ],
    after: [],
  }),
  'membership-asked': ({ api }: Pick<AskedFacts, 'api'>): MailText => ({
    subject: `Somebody asks to come to ${api}`,
    lead: [
      `Somebody would like to use “${api}”, whose people are approved. An administrator has to approve or decline that.`,
    ],
    action: 'See who asks to come',
    after: ['You get such a mail once an hour for each API at most; there may be more requests by now.'],
  }),
  'membership-invited': ({ api, by, mayMakeAccount }: MembershipInvitedFacts): MailText => ({
    subject: `You are invited to ${api}`,
    lead: [
      `${by ?? 'Whoever runs this server'} invites you to use “${api}”. The invitation is for this e-mail address.`,
      mayMakeAccount
        ? `Open the app in which you use “${api}” and sign in with this address; if you have no account yet, make one with it there.`
        : `Open the app in which you use “${api}” and sign in with this address. If you have no account yet, ask whoever invites you for one.`,
      'If you have an account with another address, add this one to it:',
    ],
    action: 'Open your account',
    after: ['If you do not know why, ignore this mail: nothing happens without you.'],
  }),
  'membership-decided': ({ api, decision, reason, days }: MembershipDecidedFacts): MailText => ({
    subject: decision === 'approved' ? `You may use ${api}` : `You may not use ${api}`,
    lead: [
      decision === 'approved'
        ? `Your request is approved: you may use “${api}” from now on. Open your app and sign in again.`
        : `Your request to use “${api}” is declined. You can ask again after ${days} days.`,
      ...(reason === null ? [] : [`Whoever decided writes: “${reason}”`]),
    ],
    after: [],
  }),
  'sign-in-changed': ({ app, added, removed, tookTrust }: SignInChangedFacts): MailText => ({
    subject: `Where sign-ins of ${app} go has changed`,
    lead: [
      `One of its developers has changed the application “${app}”: how it signs people in, or where the answers go.`,
      ...added.map((uri) => `New redirect URI at: ${uri}`),
      ...removed.map((uri) => `Taken away, at: ${uri}`),
      ...(tookTrust
        ? ['People are asked before it gets what it asks for from now on, until an administrator trusts it again.']
        : []),
    ],
    after: ['If nobody you know did this, take that person out of the application in the portal and set it back.'],
  }),
  'account-exists': (facts: AppFacts): MailText => ({
    subject: 'You have an account already',
    lead: [
      `Somebody, most likely you, tried to make an account${forApp(facts)} with this e-mail address. There is one already.`,
      'Go back to where you began and sign in. If you do not know the password any more, choose “Forgot your password?” there.',
    ],
    after: ['If this was not you, you have nothing to do: your account is as it was.'],
  }),
  reset: (facts: AppFacts): MailText => ({
    subject: 'Choose a new password',
    lead: [`Somebody, most likely you, forgot the password of your account${forApp(facts)}.`],
    action: 'Choose a new password',
    code: 'Or type this code where you began:',
    after: [IGNORE],
  }),
  address: (_: AppFacts): MailText => ({
    subject: 'Confirm your new e-mail address',
    lead: ['Somebody, most likely you, is adding this e-mail address to an account.'],
    action: 'Confirm this address',
    code: 'Or type this code where you began:',
    after: [IGNORE],
  }),
  'own-address': (_: AppFacts): MailText => ({
    subject: 'Confirm your e-mail address',
    lead: ['Somebody, most likely you, is confirming this e-mail address of an account.'],
    action: 'Confirm this address',
    code: 'Or type this code where you began:',
    after: [IGNORE],
  }),
  'address-taken': (_: AppFacts): MailText => ({
    subject: 'This e-mail address has an account already',
    lead: [
      'Somebody, most likely you, tried to add this e-mail address to an account. It belongs to another account already, so nothing has changed.',
      'If both accounts are yours, take the address away from the other one first.',
    ],
    after: ['If this was not you, you have nothing to do: your account is as it was.'],
  }),
  'address-set-aside': (_: Readonly<Record<string, never>>): MailText => ({
    subject: 'Your e-mail address was set aside',
    lead: [
      'Somebody has confirmed another e-mail address of an account that this one belonged to. Until then nobody had shown whose the account is, so its other addresses were set aside: nobody signs in there with this one any more.',
    ],
    after: [
      'If the account is yours, sign in with the address that was confirmed. There you can bring this one back, or add it anew.',
      'If you do not know what this is about, you have nothing to do.',
    ],
  }),
  'keep-account': ({ days }: DeletionFacts): MailText => ({
    subject: 'Your account is being deleted',
    lead: [
      'Somebody, most likely you, has deleted the account with this e-mail address. Nobody can use it any more.',
      `It is erased for good in ${days} days. Until then you can keep it:`,
    ],
    action: 'Keep the account',
    after: [
      'If you deleted it, you have nothing to do.',
      'If this was not you, somebody else knows your password: keep the account.',
      'Whoever keeps it chooses a new password by “Forgot your password?”; the old one signs nobody in any more.',
    ],
  }),
  'account-changed': ({ change }: ChangeFacts): MailText => ({
    subject: 'Your account was changed',
    lead: [UNDO.changes[change], 'If this was you, you have nothing to do.'],
    action: 'That wasn’t me',
    ofLink:
      'The link works for three days. It signs everybody out, takes this change back, and sets aside what else was added to the account in the last three days. Then a new password has to be chosen.',
    after: [],
  }),
  'new-sign-in': (facts: AppFacts): MailText => ({
    subject: 'New sign-in to your account',
    lead: [
      `Somebody, most likely you, signed in${facts.app === undefined ? '' : ` to ${facts.app}`} with a browser that your account does not know.`,
      'If this was you, you have nothing to do.',
    ],
    action: 'That wasn’t me',
    ofLink:
      'The link works for three days. It signs everybody out, and sets aside what was added to the account in the last three days. Then a new password has to be chosen.',
    after: [],
  }),
  'role-given': ({ role }: RoleFacts): MailText => ({
    subject: 'You may do more now',
    lead: [
      ROLES[role],
      ...(role === 'developer' ? [] : ['It counts from your next sign-in on, with a second factor.']),
    ],
    after: ['If you do not know why, ask whoever runs this server.'],
  }),
  'change-undone': (_: Readonly<Record<string, never>>): MailText => ({
    subject: 'The change of your account is taken back',
    lead: [
      'Somebody, most likely you, said that they had not changed the account. Everybody is signed out. What was added in the last three days is set aside, and what was removed since then is back.',
      'Open your app and choose a new password by “Forgot your password?”. Until then the old one signs nobody in.',
    ],
    after: ['If you use the old password elsewhere, change it there, too.'],
  }),
}
