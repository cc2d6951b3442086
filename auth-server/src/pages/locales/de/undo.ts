// The texts of "that wasn't me" in German.
import type { UNDO as EN } from '../en/undo.ts'

const TIME = new Intl.DateTimeFormat('de', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' })

export const UNDO = {
  title: 'Waren Sie das nicht?',
  changes: {
    'password-changed': 'Das Passwort wurde geändert.',
    'password-reset': 'Per Mail wurde ein neues Passwort gewählt.',
    'address-added': 'Eine E-Mail-Adresse kam hinzu.',
    'address-removed': 'Eine E-Mail-Adresse wurde entfernt.',
    'address-made-primary': 'Eine andere E-Mail-Adresse ist jetzt die wichtigste.',
    'passkey-added': 'Ein Passkey kam hinzu.',
    'passkey-removed': 'Ein Passkey wurde entfernt.',
    'totp-added': 'Eine Authenticator-App kam hinzu.',
    'totp-removed': 'Eine Authenticator-App wurde entfernt.',
    'recovery-codes-made': 'Neue Wiederherstellungscodes wurden erstellt.',
    'recovery-codes-removed': 'Die Wiederherstellungscodes wurden entfernt.',
    'identity-added': 'Ein Konto eines anderen Anbieters wurde verknüpft.',
    'identity-removed': 'Ein Konto eines anderen Anbieters wurde getrennt.',
    'new-browser': 'Jemand hat sich in einem unbekannten Browser angemeldet.',
  },
  at: (at) => `Das war am ${TIME.format(at)} (UTC).`,
  lead: 'Wenn Sie das nicht waren, nehmen Sie es zurück. Dann gilt:',
  effects: [
    'Alle werden vom Konto abgemeldet, in jeder App und jedem Browser.',
    'Was in den letzten drei Tagen hinzukam, wird stillgelegt, und was seither entfernt wurde, ist wieder da.',
    'Wird das Konto gerade gelöscht, dann bleibt es.',
    'Bevor sich jemand wieder anmeldet, muss ein neues Passwort gewählt werden.',
  ],
  button: 'Das war ich nicht: zurücknehmen',
  note: 'Wenn Sie es waren, schließen Sie diese Seite: Es hat sich nichts geändert.',
  done: {
    title: 'Es ist zurückgenommen',
    text: 'Alle sind abgemeldet. Um sich wieder anzumelden, öffnen Sie Ihre App und wählen Sie über „Passwort vergessen?“ ein neues Passwort. Dasselbe steht in einer Mail, die wir Ihnen geschickt haben.',
  },
  ended: {
    title: 'Dieser Link gilt nicht mehr',
    text: 'Er wurde schon benutzt oder ist älter als drei Tage. Wenn jemand anders in Ihrem Konto ist, öffnen Sie Ihre App und wählen Sie über „Passwort vergessen?“ ein neues Passwort: Damit werden alle abgemeldet.',
  },
} satisfies typeof EN
