// Texts of what hooks refuse, in German.
import type { Texts } from '../en.ts'

export const HOOKS = {
  signInTitle: 'Die Anmeldung ist hier nicht möglich',
  signUpTitle: 'Es wurde kein Konto angelegt',
  refused: 'Der Betreiber dieses Dienstes lässt es nicht zu. Bitte fragen Sie dort nach.',
  noAccount: 'Von den Angaben wurde nichts gespeichert.',
} satisfies Texts['hooks']
