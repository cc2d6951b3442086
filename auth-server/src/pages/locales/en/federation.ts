// Texts of signing in by another provider in English.
import { type Html, html } from '../../html.ts'

function name(text: string): Html {
  return html`<strong>${text}</strong>`
}

export const FEDERATION = {
  continueWith: (label: string) => `Continue with ${label}`,
  continueWithDown: (label: string) => `${label}: cannot be reached right now`,
  /** On the sign-in page, after a provider has vouched for the address of an account. */
  signInToLink: (label: string, email: string) =>
    html`There is an account with ${name(email)} already. Sign in to it once as you did so far; then you can link ${name(label)} to it.`,
  failedTitle: (label: string) => `${label} did not sign you in`,
  failures: {
    unavailable: (label: string) => `${label} cannot be reached right now. Try again in a minute, or in another way.`,
    cancelled: (label: string) => `That was cancelled at ${label}. Nothing has changed.`,
    refused: (label: string) =>
      `The answer of ${label} could not be used. Try again; if it happens again, sign in in another way.`,
    ended: (_: string) =>
      'It took too long, was done already, or began in another browser. Go back to where you began, and try again.',
    suspended: (_: string) => 'This account cannot be used at the moment. Ask whoever runs this service.',
    newPassword: (_: string) =>
      'This account needs a new password first. Go back, choose “Forgot your password?”, and set one.',
    closed: (label: string) =>
      `No account here belongs to this account at ${label}, and people do not make accounts here themselves. Ask whoever runs this service.`,
    notOffered: (label: string) =>
      `This app does not let people sign in with ${label}. Go back and choose another way.`,
    addressTaken: (label: string) =>
      `There is an account with your address already, and this app offers no way to prove that it is yours. Sign in to your account here, link ${label} there under Security, and try again.`,
    taken: (label: string) => `This account at ${label} is linked already: to your account here, or to another one.`,
  },
  back: 'Back',
  /** Of a provider whose name and password are typed on a page of ours. */
  typed: {
    title: (label: string) => `Sign in with ${label}`,
    lead: (label: string) => `Type what you sign in with at ${label}. It is checked there, and not kept here.`,
    name: (label: string) => `Name at ${label}`,
    password: (label: string) => `Password at ${label}`,
    problems: {
      noMatch: (label: string) => `${label} does not know this name with this password.`,
      tooMany: (_: string) => 'Too many attempts. Wait a few minutes, or sign in in another way.',
    },
    otherWay: 'Sign in in another way',
  },
  link: {
    title: (label: string) => `Link ${label}?`,
    lead: (label: string, email: string, account: string) =>
      html`From then on, ${name(label)} (${name(email)}) signs you in to the account ${name(account)}, too.`,
    button: (label: string) => `Link ${label}`,
    later: 'Not now',
    note: 'You can take it away again in your account, under “Security”.',
  },
  account: {
    title: 'Linked accounts',
    lead: 'By each of these you can sign in here. What you do there, we do not see.',
    none: 'No account of another provider is linked.',
    since: (day: Html) => html`linked ${day}`,
    used: (ago: Html) => html`last used ${ago}`,
    add: (label: string) => `Link an account at ${label}`,
    remove: 'Unlink',
    removeTitle: (label: string) => `Unlink ${label}?`,
    removeEffects: (label: string) => [`${label} does not sign you in here any more`],
    removeButton: (label: string) => `Unlink ${label}`,
    onlyWay:
      'This is the only way in which you can sign in. Choose a password or add a passkey first, then you can unlink it.',
  },
}
