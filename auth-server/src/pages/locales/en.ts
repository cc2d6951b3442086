// Every text of the pages in English; its shape is what each other language has to fill.
import { type Html, html } from '../html.ts'
import { ACCOUNT } from './en/account.ts'
import { ASK_TO_COME } from './en/ask-to-come.ts'
import { BRANDING } from './en/branding.ts'
import { CLAIMS } from './en/claims.ts'
import { DELETION } from './en/deletion.ts'
import { FEDERATION } from './en/federation.ts'
import { GUEST } from './en/guest.ts'
import { HOOKS } from './en/hooks.ts'
import { JOIN } from './en/join.ts'
import { LANDING } from './en/landing.ts'
import { MAIL } from './en/mail.ts'
import { MAIL_PROOF } from './en/mail-proof.ts'
import { NOT_OPENED } from './en/not-opened.ts'
import { PASSKEYS } from './en/passkeys.ts'
import { PORTAL } from './en/portal.ts'
import { ADMINISTRATION } from './en/portal-administration.ts'
import { PORTAL_APIS } from './en/portal-apis.ts'
import { PORTAL_APPLICATIONS } from './en/portal-applications.ts'
import { PORTAL_APPROVALS } from './en/portal-approvals.ts'
import { AUDIT_WORDS } from './en/portal-audit.ts'
import { PORTAL_HELP } from './en/portal-help.ts'
import { PORTAL_HOOKS } from './en/portal-hooks.ts'
import { PORTAL_MEMBERS } from './en/portal-members.ts'
import { USAGE } from './en/portal-usage.ts'
import { PORTAL_WAYS } from './en/portal-ways.ts'
import { PROVIDER_TRIAL } from './en/provider-trial.ts'
import { REFERENCE } from './en/reference.ts'
import { REFUSALS } from './en/refusals.ts'
import { REGISTRATION } from './en/registration.ts'
import { SECOND_FACTOR } from './en/second-factor.ts'
import { SET_ASIDE } from './en/set-aside.ts'
import { SETUP } from './en/setup.ts'
import { TRIAL } from './en/trial.ts'
import { UNDO } from './en/undo.ts'
import { WHO_MAY_COME } from './en/who-may-come.ts'

function name(text: string): Html {
  return html`<strong>${text}</strong>`
}

export const EN = {
  /** Its tag (RFC 5646). */
  language: 'en',
  account: ACCOUNT,
  claims: CLAIMS,
  registration: REGISTRATION,
  secondFactor: SECOND_FACTOR,
  mailProof: MAIL_PROOF,
  passkeys: PASSKEYS,
  setAside: SET_ASIDE,
  deletion: DELETION,
  federation: FEDERATION,
  providerTrial: PROVIDER_TRIAL,
  hooks: HOOKS,
  whoMayCome: WHO_MAY_COME,
  askToCome: ASK_TO_COME,
  setup: SETUP,
  join: JOIN,
  landing: LANDING,
  portal: PORTAL,
  portalApis: PORTAL_APIS,
  portalWays: PORTAL_WAYS,
  portalHelp: PORTAL_HELP,
  portalApplications: PORTAL_APPLICATIONS,
  portalApprovals: PORTAL_APPROVALS,
  trial: TRIAL,
  administration: ADMINISTRATION,
  auditWords: AUDIT_WORDS,
  portalHooks: PORTAL_HOOKS,
  portalMembers: PORTAL_MEMBERS,
  reference: REFERENCE,
  refusals: REFUSALS,
  usage: USAGE,
  guest: GUEST,
  cancel: 'Cancel',
  useAnotherAccount: 'Use another account',
  opens: (app: string) => html`This opens ${name(app)}. If nothing opens, press the button again.`,
  tryAgain: 'Try again',
  backTo: (app: string) => `Back to ${app}`,
  signIn: {
    title: 'Sign in',
    titleAfterProblem: 'Sign in: try again',
    lead: (app: string) => html`to continue to ${name(app)}`,
    leadToAccount: 'to continue to your account',
    anew: 'You are signed in still. What you opened asks for a new sign-in: sign in once more, and it goes on.',
    email: 'E-mail address',
    password: 'Password',
    passwordIfAny: 'Leave it empty if your organisation signs you in.',
    button: 'Sign in',
    note: 'The app does not see your password.',
    problems: {
      noAddress: 'That is not an e-mail address. Write it like name@example.com.',
      noMatch: 'That e-mail address and password do not fit together. Try again.',
      tooMany: 'Too many wrong passwords were tried from here. Wait ten minutes, then try again.',
      personChanged: 'Something changed while you signed in. Try again.',
      notOffered: 'This app does not let people sign in like that. Choose one of the ways below.',
      newPassword: 'This account needs a new password. Choose “Forgot your password?” below.',
    },
  },
  consent: {
    title: (app: string) => `Allow ${app}?`,
    lead: (api: string, person: string) => html`The app asks to use ${name(api)} in the name of ${name(person)}`,
    button: 'Allow',
    openIdScopes: {
      openid: 'Know that it is you',
      profile: 'See your profile: your names, date of birth, picture and websites, as far as you have entered them',
      email: 'See your e-mail address',
      address: 'See your postal address',
      phone: 'See your phone number',
      offline_access: 'Stay signed in when you sign out here',
    },
  },
  continue: {
    title: (app: string) => `Continue to ${app}?`,
    lead: 'Continue only if you just opened the app yourself.',
    button: (person: string) => `Continue as ${person}`,
  },
  signOut: {
    title: 'Sign out?',
    asks: (app: string) => html`${name(app)} asks to sign you out.`,
    person: (person: string) => html`You are signed in as ${name(person)}.`,
    button: 'Sign out',
    note: 'Apps that you opened with this sign-in are signed out as well. To stay signed in, close this page.',
    doneTitle: 'You are signed out',
    done: 'You can close this page.',
    unreached: (provider: string) => html`${name(provider)} could not be reached, so you may still be signed in there.`,
    overTitle: 'Nothing to go on with',
    over: 'It took too long, was done already, or began in another browser. If you are not sure that you are signed out here, sign out again.',
  },
  ended: {
    doneTitle: 'This sign-in is done',
    done: (app: string) =>
      html`${name(app)} has its answer, and this page is not needed any more. Go back to the app; to sign in again, start there.`,
    notOpened: (app: string) => html`If ${name(app)} did not open, look whether it is installed on this device.`,
    expiredTitle: 'This page has expired',
    expired: (app: string) =>
      html`It was open for more than an hour, so nothing was sent. Go back to ${name(app)} and start again.`,
    elsewhereTitle: 'This page belongs to another browser',
    elsewhere:
      'The sign-in began in another browser or in a private window, and can go on only there; or more than ten were under way in this one, and the oldest was given up. To sign in here, go back to the app and start again.',
    unknownTitle: 'This sign-in has ended',
    unknown: 'It is done, or was left open for too long. Go back to where you came from and start again.',
    own: {
      done: 'This page is not needed any more.',
      goOn: 'Go on to your account',
      expired: 'It was open for more than an hour, so nothing was sent. Start again.',
      elsewhere:
        'The sign-in began in another browser or in a private window, and can go on only there; or more than ten were under way in this one, and the oldest was given up. To sign in here, start again.',
      cancelledTitle: 'Sign-in cancelled',
      cancelled: 'Nothing has changed. You can close this page.',
    },
  },
  error: {
    title: 'That did not work',
    note: 'If you did not expect this page, close it and go back to the app.',
    forDevelopers: 'For the developers of the app',
    badRequest: 'The app, or the link that you followed, asked for something that cannot be done here.',
    tooMany: (isLong: boolean) =>
      `Too many people sign in from this address at once; try again in ${isLong ? 'a minute' : 'a few seconds'}.`,
    codes: {
      not_found: 'There is nothing at this address.',
      foreign_form: 'This form did not come from our own page. Go back to the app and start again.',
      foreign_or_old_form:
        'This form did not come from our own page, or from before your last sign-in. Nothing has changed.',
      unauthorized_client: 'Nobody can sign in to this app at the moment.',
      waits_for_approval: 'This app waits for approval. Nobody can sign in to it before that.',
      invalid_request_uri: 'This sign-in link has been used or has expired; go back to the app and start again.',
      temporarily_unavailable: 'The server is busy; try again in a few seconds.',
      server_error: 'Something went wrong on our side; it has been logged.',
    },
  },
  operator: { privacy: 'Privacy', terms: 'Terms', help: 'Help' },
  mail: MAIL,
  undo: UNDO,
  notOpened: NOT_OPENED,
  branding: BRANDING,
}

/** The texts of the pages in one language. */
export type Texts = typeof EN
