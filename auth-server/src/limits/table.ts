// The table of all limits on attempts: what each counts, how many it allows, where it is held, and what the caller hears.
import { MAX_WAITING } from '../crypto/password-queue.ts'
import { MAX_PAGES_WAITING } from '../http/page-turns.ts'
import { MAX_WRONG_VERIFIERS } from '../store/tables/authorization-codes.ts'
import { MAX_WRONG_CODES } from '../store/tables/mail-challenges.ts'

/** One limit. */
export interface Limit {
  /** What is counted, in words that follow "counts". */
  readonly counts: string
  /** How many, or the setting that says how many; 0 of a setting allows any number. */
  readonly allowed: number | LimitSetting
  readonly windowSeconds: number | null
  /**
   * `database`: over all instances together, as what guards an account or a secret has to be. `process`: each instance
   * counts for itself, as what guards the instance may.
   */
  readonly held: 'database' | 'process'
  /**
   * By what its attempts count apart, where `admit` counts them: the caller's address, what is tried (an account, a
   * recipient, a person), both, or neither.
   */
  readonly by?: 'address' | 'about' | 'address and about' | 'nothing'
  /** What a caller hears beyond it. */
  readonly answer: string
}

/** The settings that say how many a limit allows. */
export type LimitSetting =
  | 'VISITS_PER_MINUTE'
  | 'MAILS_PER_HOUR'
  | 'SIGN_IN_GUESSES_PER_HOUR'
  | 'DEVICES_PER_HOUR'
  | 'ATTESTED_DEVICES_PER_HOUR'

/** How many networks of one site (IPv6 /48) may use up all that one of them (IPv6 /64, or an IPv4 address) may. */
export const NETWORKS_OF_A_SITE = 4

/**
 * A new limit is a row here and a call of `limits.admit` with its name; `npm run docs` makes docs/limits.md of it. The
 * metric of refusals has the same names.
 */
export const LIMITS = {
  visits: {
    counts: 'requests to `/authorize` and `/par` by address; one that keeps more than 1 KB counts as several',
    allowed: 'VISITS_PER_MINUTE',
    windowSeconds: 60,
    held: 'process',
    answer: '429 `too_many_requests` with Retry-After, as a page at `/authorize`',
  },
  clientGuesses: {
    counts: 'wrong secrets and assertions of one client by address; a right one is no guess',
    allowed: 10,
    windowSeconds: 60,
    held: 'database',
    by: 'address and about',
    answer: '429 `too_many_requests` with Retry-After; the right secret waits as well',
  },
  clientGuessesByAddress: {
    counts: 'wrong secrets and assertions by address, whichever client they are for',
    allowed: 100,
    windowSeconds: 60,
    held: 'database',
    by: 'address',
    answer: '429 `too_many_requests` with Retry-After; the right secret waits as well',
  },
  managementCalls: {
    counts: 'operations of the management API, by the machine client that calls',
    allowed: 600,
    windowSeconds: 60,
    held: 'database',
    by: 'about',
    answer: '429 `too_many_requests` with Retry-After',
  },
  providerSignIns: {
    counts: 'sign-ins at identity providers that were begun, by address',
    allowed: 60,
    windowSeconds: 60,
    held: 'database',
    by: 'address',
    answer: '429 `too_many_requests` with Retry-After, as a page',
  },
  providerLogouts: {
    counts: 'what is posted as the word of identity providers that a sign-in is over, by address',
    allowed: 600,
    windowSeconds: 60,
    held: 'database',
    by: 'address',
    answer: '429 `too_many_requests` with Retry-After',
  },
  signInGuesses: {
    counts:
      'wrong passwords of one account by address, whether there is such an account or not, sent by browsers that are new ' +
      'to the account',
    allowed: 20,
    windowSeconds: 600,
    held: 'database',
    by: 'address and about',
    answer: '429 on the sign-in page with Retry-After; the right password waits as well',
  },
  signInGuessesByAddress: {
    counts:
      'wrong passwords and passkeys by address, whichever account they are for, sent by browsers that are new to the account',
    allowed: 300,
    windowSeconds: 600,
    held: 'database',
    by: 'address',
    answer: '429 on the sign-in page with Retry-After; the right password waits as well',
  },
  signInGuessesByAccount: {
    counts:
      'wrong passwords of one account from all addresses together, sent by browsers that have never signed in to it; ' +
      'browsers that have are not counted and never wait for strangers',
    allowed: 100,
    windowSeconds: 3600,
    held: 'database',
    by: 'about',
    answer:
      '429 on the sign-in page with Retry-After, in browsers that are new to the account; a new password by mail helps',
  },
  signInGuessesByKnownBrowser: {
    counts: 'wrong passwords of one account by a browser that has signed in to it before, from all addresses together',
    allowed: 20,
    windowSeconds: 3600,
    held: 'database',
    by: 'about',
    answer: '429 on the sign-in page with Retry-After',
  },
  signInGuessesOfAll: {
    counts: 'wrong passwords of all accounts and addresses together, sent by browsers that are new to the account',
    allowed: 'SIGN_IN_GUESSES_PER_HOUR',
    windowSeconds: 3600,
    held: 'database',
    by: 'nothing',
    answer: '429 on the sign-in page with Retry-After, in browsers that are new to the account',
  },
  mailsByRecipient: {
    counts:
      'mails of one kind (for a new account, a new password, a new address) to one e-mail address that somebody asked ' +
      'for, whether it has an account or not',
    allowed: 5,
    windowSeconds: 3600,
    held: 'database',
    by: 'about',
    answer: 'nothing: the page is the same and no mail is sent; the links of the earlier ones go on working',
  },
  mailsByAddress: {
    counts: 'mails that are asked for at one address, behind which there may be many people',
    allowed: 60,
    windowSeconds: 3600,
    held: 'database',
    by: 'address',
    answer: 'nothing: the page is the same and no mail is sent',
  },
  mailsOfAll: {
    counts: 'mails that anybody asks for',
    allowed: 'MAILS_PER_HOUR',
    windowSeconds: 3600,
    held: 'database',
    by: 'nothing',
    answer: 'nothing: the page is the same and no mail is sent',
  },
  mailsByPerson: {
    counts: 'mails to new addresses that one person asks for at their account',
    allowed: 10,
    windowSeconds: 3600,
    held: 'database',
    by: 'about',
    answer: 'nothing: the page is the same and no mail is sent',
  },
  newBrowserMails: {
    counts: 'mails to one person about sign-ins with browsers that are new to the account',
    allowed: 5,
    windowSeconds: 86_400,
    held: 'database',
    by: 'about',
    answer: 'nothing: the sign-in goes on, and no mail is sent about it',
  },
  mailCodes: {
    counts: 'wrong codes of one mail',
    allowed: MAX_WRONG_CODES,
    windowSeconds: null,
    held: 'database',
    answer: 'the page says that the code counts no more; the link does',
  },
  mailCodesByAddress: {
    counts: 'wrong codes of mails by address',
    allowed: 30,
    windowSeconds: 600,
    held: 'database',
    by: 'address',
    answer: '429 on the page with Retry-After; the link goes on working',
  },
  mailCodesOfAll: {
    counts: 'wrong codes of all mails together: six digits are few enough to be found by trying many mails once',
    allowed: 500,
    windowSeconds: 3600,
    held: 'database',
    by: 'nothing',
    answer: '429 on the page with Retry-After; the link goes on working',
  },
  membershipRequests: {
    counts: 'requests to come to APIs whose people are approved by an administrator, that one person makes',
    allowed: 10,
    windowSeconds: 86_400,
    held: 'database',
    by: 'about',
    answer: '429 on a page with Retry-After, and nobody is asked',
  },
  accountForms: {
    counts: 'changes that one person makes in their account, each of which may send mail',
    allowed: 60,
    windowSeconds: 900,
    held: 'database',
    by: 'about',
    answer: '429 on a page with Retry-After',
  },
  portalPages: {
    counts: 'pages that one person opens at the developer portal',
    allowed: 600,
    windowSeconds: 60,
    held: 'process',
    answer: '429 on a page with Retry-After; signing out goes on',
  },
  portalForms: {
    counts: 'changes that one person makes at the developer portal',
    allowed: 120,
    windowSeconds: 900,
    held: 'database',
    by: 'about',
    answer: '429 on a page with Retry-After',
  },
  teamInvitationsByApplication: {
    counts: 'invitations to work on one application',
    allowed: 20,
    windowSeconds: 86_400,
    held: 'database',
    by: 'about',
    answer: '409 from `applications.invite`',
  },
  teamInvitationsByPerson: {
    counts: 'invitations to work on applications that one person makes, whatever became of the applications',
    allowed: 20,
    windowSeconds: 86_400,
    held: 'database',
    by: 'about',
    answer: '409 from `applications.invite`',
  },
  teamInvitationsByRecipient: {
    counts: 'invitations to work on applications that go to one e-mail address, whoever makes them',
    allowed: 3,
    windowSeconds: 86_400,
    held: 'database',
    by: 'about',
    answer: '409 from `applications.invite`',
  },
  apiInvitationsByRecipient: {
    counts: 'mails to one e-mail address that invite it to APIs, whoever invites',
    allowed: 5,
    windowSeconds: 86_400,
    held: 'database',
    by: 'about',
    answer: '409 from `memberships.create`, and nobody is invited; without a mail somebody can be',
  },
  apiInvitationsByInviter: {
    counts: 'mails that invite e-mail addresses to APIs, by who invites: a person, a machine client, the operator',
    allowed: 100,
    windowSeconds: 86_400,
    held: 'database',
    by: 'about',
    answer: '409 from `memberships.create`, and nobody is invited; without a mail somebody can be',
  },
  appLinkChecks: {
    counts:
      'checks of app links that one developer or machine client asks for, each of which fetches two files of this server',
    allowed: 30,
    windowSeconds: 3600,
    held: 'database',
    by: 'about',
    answer: '429 `too_many_requests` with Retry-After, at the portal on a page',
  },
  trials: {
    counts: 'trials of sign-ins that one developer begins on the page “Try it”',
    allowed: 60,
    windowSeconds: 3600,
    held: 'database',
    by: 'about',
    answer: '429 on a page with Retry-After',
  },
  secondFactorGuesses: {
    counts: 'wrong codes of a person’s authenticator app, from all addresses and browsers together',
    allowed: 10,
    windowSeconds: 900,
    held: 'database',
    by: 'about',
    answer:
      '429 on the page with Retry-After; the right code waits as well, a recovery code or a passkey does not. ' +
      'Only who has shown the password gets to guess',
  },
  recoveryCodeGuesses: {
    counts: 'wrong recovery codes of a person, from all addresses and browsers together',
    allowed: 10,
    windowSeconds: 900,
    held: 'database',
    by: 'about',
    answer: '429 on the page with Retry-After; the right code waits as well',
  },
  devicesByAddress: {
    counts: 'devices that are registered at one address (`/devices`), whichever app they are of',
    allowed: 60,
    windowSeconds: 3600,
    held: 'database',
    by: 'address',
    answer: '429 `too_many_requests` with Retry-After',
  },
  devicesByApp: {
    counts: 'devices of one app that are registered, from all addresses together',
    allowed: 'DEVICES_PER_HOUR',
    windowSeconds: 3600,
    held: 'database',
    by: 'about',
    answer: '429 `too_many_requests` with Retry-After; guests and accounts that the app has go on as before',
  },
  attestedDevicesByAddress: {
    counts: 'devices that are registered at one address, each vouched for by a phone',
    allowed: 600,
    windowSeconds: 3600,
    held: 'database',
    by: 'address',
    answer: '429 `too_many_requests` with Retry-After',
  },
  attestedDevicesByApp: {
    counts: 'devices of one app that are registered, each vouched for by a phone, from all addresses together',
    allowed: 'ATTESTED_DEVICES_PER_HOUR',
    windowSeconds: 3600,
    held: 'database',
    by: 'about',
    answer: '429 `too_many_requests` with Retry-After',
  },
  attestationsByAddress: {
    counts: 'attestations of devices that do not count, by address',
    allowed: 60,
    windowSeconds: 3600,
    held: 'database',
    by: 'address',
    answer: '429 `too_many_requests` with Retry-After, before another is looked at',
  },
  preparations: {
    counts:
      'documents of APIs, logos and checks of app links that one caller of the management API has under way at once',
    allowed: 1,
    windowSeconds: null,
    held: 'process',
    answer: '429 `too_many_requests` with Retry-After; the one under way goes on',
  },
  pages: {
    counts: 'pages that wait at once, to begin or for a connection to the database',
    allowed: MAX_PAGES_WAITING,
    windowSeconds: null,
    held: 'process',
    answer: '503 with Retry-After, as a page',
  },
  passwordChecks: {
    counts: 'password checks that wait at once; one address may take half of the places that are free',
    allowed: MAX_WAITING,
    windowSeconds: null,
    held: 'process',
    answer: '429 for an address that has its share, 503 when all places are taken, both with Retry-After',
  },
  codeVerifiers: {
    counts: 'wrong `code_verifier`s of one authorization code',
    allowed: MAX_WRONG_VERIFIERS,
    windowSeconds: null,
    held: 'database',
    answer: '400 `invalid_grant`: the code is of no use any more',
  },
} as const satisfies Readonly<Record<string, Limit>>

export type LimitName = keyof typeof LIMITS
