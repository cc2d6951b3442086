// Texts about the first administrator, in English.
import { type Html, html } from '../../html.ts'

export const SETUP = {
  title: 'Become the administrator?',
  before:
    'Whoever signs in by this link first becomes the administrator of this server. Nothing changes before you have said yes.',
  signIn: 'Sign in or create an account',
  lead: (person: string): Html => html`You become the administrator as <strong>${person}</strong>.`,
  effects: [
    'An administrator can suspend, restore and delete the accounts of people, and read what is stored about them',
    'An administrator can put applications and APIs out of use',
    'Everything that an administrator does is written down',
  ],
  button: 'Become the administrator',
  note: 'If this is the wrong account, sign out above, sign in with the right one, and open the link again.',
  doneTitle: 'You are an administrator',
  next: 'To act as an administrator, you still need this:',
  setUpFactor: 'A second factor: set up an authenticator app',
  signInAgain:
    'A new sign-in with your second factor, for which the developer portal asks. The session of an administrator ends with the browser, and after 12 hours',
  toSecurity: 'Set up a second factor',
  ready:
    'You are signed in with two factors, and this session ends with the browser. That is all it takes. What administrators do is in the developer portal, under “Administration”.',
  refusals: {
    'link over': {
      title: 'This link is over',
      text: 'It was used already, is older than an hour, or a newer one has taken its place. Whoever runs this server makes another with “npm run setup”.',
    },
    'administrator exists': {
      title: 'There is an administrator already',
      text: 'This link makes the first administrator only. Nothing has changed. More are made by whoever runs this server, with “npm run role”.',
    },
  },
}
