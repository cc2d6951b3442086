// Texts about the copy of an account and its end, in German.
import type { Texts } from '../en.ts'

export const DELETION = {
  exportLead:
    'Eine Datei mit allem, was über Sie gespeichert ist: Ihr Konto, Ihre Apps, was Sie erlaubt haben und was geschehen ist. Passwörter und andere Geheimnisse sind nicht darin.',
  exportButton: 'Datei herunterladen',
  exportNote:
    'Sie ist in JSON geschrieben, das Menschen und Programme lesen können. Bewahren Sie sie so auf, dass niemand sonst sie liest.',
  aboutTitle: 'Konto löschen',
  aboutLead: 'Hier können Sie Ihr Konto löschen, auch wenn Sie die App nicht mehr haben. Dann geschieht dies:',
  effects: [
    'Alle Apps und Browser werden binnen Sekunden abgemeldet',
    'Niemand kann sich mit Ihrer Adresse mehr anmelden',
    'Nach 7 Tagen werden Ihr Name, Ihre Adressen, Ihre Antworten und alles andere über Sie endgültig gelöscht',
  ],
  kept: 'Bis dahin können Sie das Konto behalten: Der Link dafür steht in der Mail, die Sie bekommen.',
  signInToDelete: 'Anmelden und löschen',
  lostPassword: 'Wenn Sie Ihr Passwort nicht mehr wissen, wählen Sie beim Anmelden „Passwort vergessen?“.',
  title: 'Konto löschen?',
  lead: 'Dann geschieht dies:',
  losesOwner: (app) =>
    `${app}: läuft weiter, gehört aber niemandem mehr; übergeben Sie die App vorher, sonst tut das ein Administrator`,
  losesApp: (app) => `${app}: wird abgemeldet und darf Ihr Konto nicht mehr nutzen`,
  button: 'Mein Konto löschen',
  lastAdministratorTitle: 'Sie sind der einzige Administrator',
  lastAdministrator:
    'Ohne Sie könnte niemand diesen Server verwalten, deshalb bleibt Ihr Konto. Wer ihn betreibt, muss zuerst mit „npm run role“ jemand anderen zum Administrator machen; dann können Sie es löschen.',
  deletedTitle: 'Ihr Konto ist stillgelegt',
  deleted: 'Alle Apps und Browser sind abgemeldet. In 7 Tagen wird alles über Sie endgültig gelöscht.',
  keepTitle: 'Konto behalten?',
  keepLead: 'Es ist stillgelegt und wird gelöscht. Sie können es weiter benutzen.',
  keep: 'Konto behalten',
  keepNote: 'Damit wird niemand angemeldet. Ohne das wird das Konto wie angekündigt gelöscht.',
  keptTitle: 'Ihr Konto bleibt',
  keptLead:
    'Um sich wieder anzumelden, in Apps und hier, wählen Sie mit „Passwort vergessen?“ ein neues Passwort. Mit dem alten kann sich niemand mehr anmelden.',
  notYou: 'Wenn nicht Sie es gelöscht haben, kennt jemand anderes Ihr Passwort: Wählen Sie ein neues.',
  nothingToKeepTitle: 'Dieser Link bewirkt nichts mehr',
  nothingToKeep:
    'Er wurde schon benutzt oder ist älter als 7 Tage, oder das Konto ist in Gebrauch. Wenn Sie sich anmelden können, ist alles in Ordnung.',
  leavingTitle: 'Ihr Konto wird gelöscht',
  leaving:
    'Niemand kann sich mehr damit anmelden. Um es zu behalten, benutzen Sie den Link in der Mail, die Sie beim Löschen bekommen haben.',
} satisfies Texts['deletion']
