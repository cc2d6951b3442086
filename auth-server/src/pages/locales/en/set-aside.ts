// Texts about what was set aside, in English: by "that wasn't me", or when an imported address was confirmed.
import { type Html, html } from '../../html.ts'

export const SET_ASIDE = {
  title: 'Set aside',
  count: (count: number) => (count === 1 ? 'One thing' : `${count} things`),
  look: 'Look',
  lead: 'After “That wasn’t me”, or when an address was first confirmed, what somebody else may have added was set aside. It counts for nothing. What is yours you can bring back.',
  none: 'Nothing is set aside.',
  kinds: { passkey: 'Passkey', totp: 'Authenticator app', address: 'E-mail address' },
  addedOn: (day: Html) => html`added ${day}`,
  what: 'What it is',
  added: 'Added',
  aside: 'Set aside',
  question: 'Bring it back only if you added it yourself.',
  bringBack: 'Bring it back',
  needsOlder:
    'To bring it back, sign in with a passkey, an authenticator app or a recovery code that is older than this. If you have added newer ones of that kind, remove those first.',
  anew: {
    passkey: 'If you have none, remove this one for good and add a passkey anew.',
    totp: 'If you have none, remove this one for good and set up an app anew.',
    address: 'If you have none, remove this one for good and add the address anew, by a mail to it.',
  },
  prove: 'Sign in with something older',
  remove: 'Remove for good',
  removeTitle: 'Remove it for good?',
  removeEffect: 'It cannot be brought back any more',
  removeButton: (name: string) => `Remove ${name} for good`,
}
