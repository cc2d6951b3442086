// Texts of the portal's approvals, in English.

export const PORTAL_APPROVALS = {
  none: 'No application waits for your decision.',
  lead: 'Whoever asked is told by mail what you decide.',
  asked: 'Asked by',
  askedByProgram: (clientId: string) => `A program, ${clientId}`,
  askedByNobody: 'Somebody whose account is gone',
  askedAt: 'Asked',
  application: 'Application',
  approve: 'Approve',
  decline: 'Decline',
  isOwn: 'You or your team asked for this: somebody else decides.',
  isOperators: 'This is an API of the server itself: its operator decides, by a command beside the server.',
  isDecided: 'Somebody has decided: it is approved.',
  approveTitle: (app: string, api: string) => `Approve ${app} for ${api}?`,
  effects: (api: string) => [
    `The application may use ${api} from now on, with the client ID that it has.`,
    'Its people are told by mail.',
  ],
  trust: 'Is it trusted?',
  trustHint:
    'Trusted is for applications of your own. Whoever signs in to them is not asked to allow the scopes, and a sign-in that names no scope gets all of them.',
  trusts: { no: 'No: people allow the scopes when they sign in', yes: 'Yes: people are not asked to allow the scopes' },
  wordLabel: 'A sentence for its people (may stay empty)',
  declineTitle: (app: string, api: string) => `Decline ${app} for ${api}?`,
  losses: ['The request is gone. Another can be sent.', 'The people of the application are told by mail.'],
  reasonLabel: 'Why? One sentence, which they read in the mail',
  noReason: 'Write why, in one sentence.',
}
