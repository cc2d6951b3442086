// Texts about passkeys in English.
import { type Html, html } from '../../html.ts'

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
  /** On the person's own pages. */
  own: {
    title: 'Passkeys',
    count: (count: number) => (count === 1 ? 'One' : `${count}`),
    lead: 'With a passkey you sign in with your fingerprint, your face or the lock of your screen. There is no password to type, and none that anybody could steal.',
    none: 'You have no passkey yet.',
    unable: 'This browser cannot make passkeys. Open this page on your phone, or in a newer browser.',
    unnamed: 'Passkey',
    added: (day: Html) => html`added ${day}`,
    used: (ago: Html) => html`used ${ago}`,
    neverUsed: 'not used yet',
    name: 'Name',
    nameTitle: 'What do you call this passkey?',
    nameHint: 'So that you know it again: “My phone”, “Key on my key ring”.',
    badName: (max: number) => `Write a name of one line, with at most ${max} characters.`,
    addedOn: 'Added',
    lastUsed: 'Last used',
    kept: 'Kept',
    synced: 'In your passkey manager, on all of your devices',
    oneDevice: 'On one device only',
    remove: 'Remove',
    removeTitle: 'Remove this passkey?',
    removeLead: (passkey: string) => html`<strong>${passkey}</strong> is of no use here any more:`,
    removeEffects: [
      'It signs you in no more. Your other ways to sign in still do',
      'Where you signed in with nothing but a passkey, you are signed out, maybe here as well',
      'If it is your last second factor, your recovery codes end',
    ],
    onlyWay:
      'This is the only way in which you can sign in. Choose a password or add another passkey first, then you can remove it.',
    removeNote: 'Your device keeps it until you delete it there.',
    removeButton: (passkey: string) => `Remove ${passkey}`,
  },
}
