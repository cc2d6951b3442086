// Texts of the pages that ask for a second factor, in English.
import { type Html, html } from '../../html.ts'

function name(text: string): Html {
  return html`<strong>${text}</strong>`
}

export const SECOND_FACTOR = {
  title: 'Show that it is you',
  titleAfterProblem: 'Show that it is you: try again',
  person: (person: string) => html`You are signing in as ${name(person)}.`,
  lead: 'Open your authenticator app and enter the six digits that it shows for this account.',
  code: 'Code from the app',
  button: 'Continue',
  useRecoveryCode: 'Use a recovery code instead',
  lostPasskey: 'Lost your passkey? Choose a new password by mail',
  recoveryTitle: 'Use a recovery code',
  recoveryTitleAfterProblem: 'Use a recovery code: try again',
  recoveryLead: 'Enter one of the ten codes that you were shown when you set up two steps to sign in.',
  recoveryCode: 'Recovery code',
  recoveryNote: 'Each code works once.',
  back: 'Back',
  problems: {
    wrongCode:
      'That code does not fit, or it was used already. Wait until the app shows a new one, then enter that. If none fits, look whether the clock of your device is right.',
    wrongRecoveryCode: 'That code does not fit, or it was used already. Try another one.',
    tooMany: 'Too many wrong codes were tried. Wait a quarter of an hour, then try again.',
    notEnough: 'The app asks for a stronger proof than a code.',
  },
}
