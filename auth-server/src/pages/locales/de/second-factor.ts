// Texts of the pages that ask for a second factor, in German.
import { type Html, html } from '../../html.ts'
import type { SECOND_FACTOR as EN } from '../en/second-factor.ts'

function name(text: string): Html {
  return html`<strong>${text}</strong>`
}

export const SECOND_FACTOR = {
  title: 'Zeigen Sie, dass Sie es sind',
  titleAfterProblem: 'Zeigen Sie, dass Sie es sind: noch einmal versuchen',
  person: (person) => html`Sie melden sich als ${name(person)} an.`,
  lead: 'Öffnen Sie Ihre Authenticator-App und geben Sie die sechs Ziffern ein, die sie für dieses Konto zeigt.',
  code: 'Code aus der App',
  button: 'Weiter',
  useRecoveryCode: 'Stattdessen einen Wiederherstellungscode verwenden',
  lostPasskey: 'Passkey verloren? Neues Passwort per E-Mail wählen',
  recoveryTitle: 'Wiederherstellungscode verwenden',
  recoveryTitleAfterProblem: 'Wiederherstellungscode verwenden: noch einmal versuchen',
  recoveryLead:
    'Geben Sie einen der zehn Codes ein, die Ihnen gezeigt wurden, als Sie die Anmeldung in zwei Schritten eingerichtet haben.',
  recoveryCode: 'Wiederherstellungscode',
  recoveryNote: 'Jeder Code gilt einmal.',
  back: 'Zurück',
  problems: {
    wrongCode:
      'Dieser Code passt nicht, oder er wurde schon verwendet. Warten Sie, bis die App einen neuen zeigt, und geben Sie den ein. Wenn keiner passt, prüfen Sie, ob die Uhr Ihres Geräts richtig geht.',
    wrongRecoveryCode: 'Dieser Code passt nicht, oder er wurde schon verwendet. Versuchen Sie einen anderen.',
    tooMany: 'Es wurden zu viele falsche Codes versucht. Warten Sie eine Viertelstunde, dann versuchen Sie es wieder.',
    notEnough: 'Die App verlangt einen stärkeren Nachweis als einen Code.',
  },
} satisfies typeof EN
