// Texts for guests who make an account, in English.
import { type Html, html } from '../../html.ts'

function name(text: string): Html {
  return html`<strong>${text}</strong>`
}

export const GUEST = {
  title: (app: string) => `An account for ${app}`,
  lead: (app: string, device: string) =>
    html`You use ${name(app)} on ${name(device)} without an account. Make one, and everything that you have there stays yours, on any device.`,
  signUp: 'Make an account',
  signIn: 'I have an account',
  signInNote:
    'If you sign in to an account that you have, the app goes on with that one. What you did without an account is not moved there.',
  onlyIf: 'Go on only if this is your own device, and you have just opened the app yourself.',
}
