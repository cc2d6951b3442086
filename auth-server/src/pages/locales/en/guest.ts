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
  signInNote: (app: string) =>
    html`If you sign in to an account that you have, this device is part of that one from then on. ${name(app)} is told, and can move there what you did without an account; what is in the account stays as it is. That cannot be undone.`,
  merges: (device: string) =>
    html`What you did on ${name(device)} without an account becomes part of this account. That cannot be undone.`,
  onlyIf: 'Go on only if this is your own device, and you have just opened the app yourself.',
}
