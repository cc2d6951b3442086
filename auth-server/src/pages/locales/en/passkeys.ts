// Texts about passkeys in English.

export const PASSKEYS = {
  add: 'Add a passkey',
  secondFactor: 'Use your passkey',
  signIn: 'Sign in with a passkey',
  withoutScript: 'To use a passkey, turn on JavaScript for this page.',
  problems: {
    NotAllowedError: 'No passkey was used. Try again, or another way.',
    other: 'That did not work with a passkey. Try again, or another way.',
  },
  refused: {
    malformed: 'That passkey could not be checked. Try again, or another way.',
    expired: 'That took too long, or was done in another tab. Try again.',
    unknown: 'Nobody can sign in here with that passkey. Use another one, or another way.',
  },
  notKept: {
    malformed: 'That passkey could not be checked, so it was not added. Try again.',
    expired: 'That took too long, or was done in another tab. Try again.',
    'too many': 'You have as many passkeys as there can be. Remove one before you add another.',
    'known already': 'That passkey belongs to an account already.',
    'person changed': 'Something changed meanwhile, so it was not added. Sign in again.',
  },
  offer: {
    title: 'Sign in faster next time?',
    lead: 'With a passkey you sign in with your fingerprint, your face or the lock of your screen. There is no password to type, and none that anybody could steal.',
    later: 'Not now',
    note: 'Your password stays. Whoever signs in with it is then asked for the passkey as well.',
  },
}
