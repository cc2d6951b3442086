// The texts of "that wasn't me" in English.
const TIME = new Intl.DateTimeFormat('en', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' })

export const UNDO = {
  title: 'Was that not you?',
  /** What happened to the account, a sentence each; mails have the same words. */
  changes: {
    'password-changed': 'The password was changed.',
    'password-reset': 'A new password was chosen by mail.',
    'address-added': 'An e-mail address was added.',
    'address-removed': 'An e-mail address was removed.',
    'address-made-primary': 'Another e-mail address became the main one.',
    'passkey-added': 'A passkey was added.',
    'passkey-removed': 'A passkey was removed.',
    'totp-added': 'An authenticator app was added.',
    'totp-removed': 'An authenticator app was removed.',
    'recovery-codes-made': 'New recovery codes were made.',
    'recovery-codes-removed': 'The recovery codes were removed.',
    'identity-added': 'An account of another provider was linked.',
    'identity-removed': 'An account of another provider was unlinked.',
    'new-browser': 'Somebody signed in with a browser that was not known.',
  },
  at: (at: Date) => `That was on ${TIME.format(at)} (UTC).`,
  lead: 'If it was not you, take it back. Then:',
  effects: [
    'everybody is signed out of the account, in every app and browser',
    'what was added in the last three days is set aside, and what was removed since then is back',
    'if the account is being deleted, it stays',
    'a new password has to be chosen before anybody signs in again',
  ],
  button: 'That wasn’t me: take it back',
  note: 'If it was you, close this page: nothing has changed.',
  done: {
    title: 'It is taken back',
    text: 'Everybody is signed out. To sign in again, open your app and choose a new password by “Forgot your password?”. We have sent you a mail that says the same.',
  },
  ended: {
    title: 'This link is over',
    text: 'It was used already, or is older than three days. If somebody else is in your account, open your app and choose a new password by “Forgot your password?”: that signs everybody out.',
  },
}
