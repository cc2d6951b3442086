// Texts about the first administrator, in German.
import { html } from '../../html.ts'
import type { SETUP as EN } from '../en/setup.ts'

export const SETUP = {
  title: 'Administrator werden?',
  before:
    'Wer sich mit diesem Link zuerst anmeldet, wird Administrator dieses Servers. Es ändert sich nichts, bevor Sie ja gesagt haben.',
  signIn: 'Anmelden oder Konto anlegen',
  lead: (person) => html`Mit dem Konto <strong>${person}</strong> werden Sie Administrator.`,
  effects: [
    'Ein Administrator kann Konten sperren, freigeben und löschen und lesen, was darüber gespeichert ist',
    'Ein Administrator kann Anwendungen und APIs stilllegen',
    'Alles, was ein Administrator tut, wird festgehalten',
  ],
  button: 'Administrator werden',
  note: 'Wenn das nicht das richtige Konto ist, melden Sie sich oben ab, mit dem richtigen an und öffnen Sie den Link noch einmal.',
  doneTitle: 'Sie sind Administrator',
  next: 'Um als Administrator zu handeln, brauchen Sie noch:',
  setUpFactor: 'Einen zweiten Faktor: Richten Sie eine Authenticator-App ein',
  signInAgain:
    'Eine neue Anmeldung mit dem zweiten Faktor, nach der das Entwicklerportal fragt. Die Sitzung eines Administrators endet mit dem Browser und nach 12 Stunden',
  toSecurity: 'Zweiten Faktor einrichten',
  ready:
    'Sie sind mit zwei Faktoren angemeldet, und diese Sitzung endet mit dem Browser. Mehr braucht es nicht. Was Administratoren tun, steht im Entwicklerportal unter „Verwaltung“.',
  refusals: {
    'link over': {
      title: 'Dieser Link gilt nicht mehr',
      text: 'Er wurde schon benutzt, ist älter als eine Stunde, oder ein neuerer hat ihn ersetzt. Wer diesen Server betreibt, erstellt mit „npm run setup“ einen neuen.',
    },
    'administrator exists': {
      title: 'Es gibt schon einen Administrator',
      text: 'Dieser Link macht nur den ersten Administrator. Es hat sich nichts geändert. Weitere macht mit „npm run role“, wer diesen Server betreibt.',
    },
  },
} satisfies typeof EN
