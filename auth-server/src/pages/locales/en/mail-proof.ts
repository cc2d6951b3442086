// Texts of signing up and of a forgotten password in English.
import { type Html, html } from '../../html.ts'

function name(text: string): Html {
  return html`<strong>${text}</strong>`
}

export const MAIL_PROOF = {
  /** On the page to sign in. */
  offers: { 'sign-up': 'Create an account', reset: 'Forgot your password?' },
  ask: {
    'sign-up': {
      title: 'Create an account',
      lead: (app: string | undefined) =>
        html`${app === undefined ? 'Your' : html`To continue to ${name(app)}: your`} e-mail address is your user name. We send a mail there first.`,
      button: 'Send the mail',
      other: 'I have an account already',
    },
    reset: {
      title: 'Forgot your password?',
      lead: () => html`Type the e-mail address of your account. We send a mail there to choose a new password.`,
      button: 'Send the mail',
      other: 'Back to signing in',
    },
  },
  check: {
    title: 'Check your mail',
    lead: {
      'sign-up': (address: string) => html`We have sent a mail to ${name(address)}. It has a link and a code.`,
      reset: (address: string) =>
        html`If there is an account with ${name(address)}, a mail is on its way. It has a link and a code.`,
    },
    code: 'Code of six digits',
    codeHint: 'Or open the link in the mail.',
    button: 'Continue',
    again: 'Send another mail',
    note: 'Nothing came? Look into your spam folder. Codes and links are good for an hour.',
    problems: {
      wrong: 'That code is not right. Type the one of the newest mail.',
      'too many': 'Those were too many wrong codes. Open the link in the mail, or have another mail sent.',
    },
  },
  choose: {
    'sign-up': { title: 'Choose a password', button: 'Create the account' },
    reset: { title: 'Choose a new password', button: 'Set the password' },
    lead: (address: string) => html`for ${name(address)}`,
    email: 'E-mail address',
    name: 'Your name (optional)',
    password: 'New password',
    hint: (least: number) => `At least ${least} characters; several words are easy to remember.`,
    resetNote: 'You are then signed out everywhere else.',
    problems: {
      tooShort: (least: number) => `That password is too short: at least ${least} characters.`,
      tooLong: (_: number) => 'That password is too long: at most 256 characters.',
      common: (_: number) => 'Many people use that password, so it is tried first. Choose another one.',
      personal: (_: number) =>
        'That password is mostly your name, your address or the name of the app. Choose another one.',
    },
  },
  confirm: {
    'sign-up': { title: 'Create an account?', button: 'Go on' },
    reset: { title: 'Choose a new password?', button: 'Go on' },
    lead: (address: string) => html`The mail went to ${name(address)}.`,
    note: 'If you did not ask for this mail, close this page.',
  },
  done: {
    'sign-up': { title: 'Your account is ready', text: 'Your e-mail address is confirmed.' },
    reset: { title: 'Your password is changed', text: 'You are signed out everywhere.' },
    back: (app: string | undefined): Html =>
      app === undefined ? html`Go back to where you began and sign in.` : html`Go back to ${name(app)} and sign in.`,
  },
  /** Where there is nothing to go back to. */
  toAccount: 'Sign in to the account',
  ended: {
    title: 'This link is of no use any more',
    text: 'It has been used, or its time is over. Go back to where you began, and have another mail sent if you still need one.',
  },
  /** Of another address of an account. */
  addressLink: {
    title: 'Add this address to your account?',
    lead: (address: string, account: string | undefined) =>
      html`${name(address)} then belongs to the account${account !== undefined && html` of ${name(account)}`}, and whoever has that account can sign in with it.`,
    button: 'Add the address',
    elsewhere:
      'This browser is not signed in to that account. Type the code from the mail where you began, or sign in here and open the link again.',
    note: 'If that is not your account, or you did not ask for this mail, close this page.',
    doneTitle: 'The address is added',
    done: (address: string) => html`You can sign in with ${name(address)} from now on.`,
  },
  /** Of an address that the account has already, by somebody else's word. */
  ownAddressLink: {
    title: 'Confirm this address?',
    lead: (address: string) =>
      html`${name(address)} is the address of an account here. Confirm it if that account is yours: what is open to the owner of the address is open to it then.`,
    button: 'Confirm the address',
    doneTitle: 'The address is confirmed',
    done: (address: string) => html`${name(address)} is confirmed now.`,
  },
  notAvailable: {
    title: 'Not available here',
    'sign-up': 'This server does not let people create accounts themselves. Ask whoever runs it.',
    reset: 'This server cannot send mails. Ask whoever runs it for a new password.',
    back: 'Back to signing in',
  },
}
