// Why a form of the portal was not saved, in German: the sentences of the management API, which are English, too.
import type { REFUSED as EN } from '../en/portal-refused.ts'

const SENTENCES: Readonly<Record<string, string>> = {
  'If-Match is an ETag':
    'Die Seite kam ohne den Stand, aus dem sie gemacht ist: Öffnen Sie sie neu und versuchen Sie es noch einmal.',
  'this person is in no state':
    'Der Stand dieser Person ist inzwischen ein anderer: Sehen Sie sich ihre Seite an und entscheiden Sie dann.',
  'nobody would be left to administer':
    'Dann könnte niemand mehr verwalten: Geben Sie zuerst jemand anderem diese Rolle.',
  'this person has the role by':
    'Diese Rolle steht in catalogue.yml: Nehmen Sie sie dort weg, oder sperren Sie die Person.',
  'this person has no proven address':
    'Diese Person hat keine bestätigte Adresse und könnte kein neues Passwort wählen: Sperren Sie sie, oder beenden Sie ihre Anmeldungen.',
  'this person has no second factor': 'Diese Person hat keinen zweiten Faktor.',
  'A guest, who cannot sign in': 'Ein Gast meldet sich nicht an und hat deshalb keine Rolle.',
  'an account has this address': 'Zu dieser Adresse gibt es schon ein Konto.',
  'this address has an invitation':
    'Diese Adresse ist schon eingeladen: Ziehen Sie die Einladung zurück, um eine neue zu senden.',
  'this address is invited already':
    'Diese Adresse ist schon eingeladen: Ziehen Sie die Einladung zurück, um eine neue zu senden.',
  'this address has had three invitations':
    'An diese Adresse gingen heute schon drei Einladungen: Laden Sie morgen wieder ein.',
  'there were too many invitations':
    'Es waren heute zu viele Einladungen, an diese Adresse oder insgesamt: Laden Sie morgen wieder ein.',
  'email is no address': 'An diese Adresse kann keine E-Mail gehen: Sehen Sie nach, ob sie vollständig ist.',
  'this server sends no mail':
    'Dieser Server versendet keine E-Mails, und eingeladen wird per E-Mail. Der Betreiber stellt das ein.',
  'nobody would own this application':
    'Dann gehörte diese Anwendung niemandem mehr: Laden Sie zuerst jemanden ein, dem sie auch gehört, und warten Sie, bis die Einladung angenommen ist.',
  'you own':
    'Ihnen gehören so viele Anwendungen, wie es hier sein dürfen: Löschen Sie eine, oder fragen Sie die Verwaltung.',
  'this subscription does not wait': 'Über diesen Antrag ist schon entschieden.',
  'reason is one line': 'Die Begründung ist eine Zeile Text, ohne Umbruch.',
  'this application has a subscription': 'Diese Anwendung hat diese API schon abonniert oder beantragt.',
  'this subscription waits for a decision': 'Über dieses Abonnement ist noch nicht entschieden.',
  'this subscription is suspended':
    'Dieses Abonnement ist gesperrt und bleibt es, bis die Verwaltung es entsperrt oder entfernt.',
  'this application is suspended':
    'Diese Anwendung ist gesperrt und bleibt es, bis die Verwaltung sie entsperrt oder entfernt.',
  'its subscription to': 'Eines ihrer Abonnements ist gesperrt: Erst muss die Verwaltung es entsperren.',
  'without it no gateway would': 'Ohne sie ließe kein Gateway mehr jemanden durch.',
  'This is the last redirect URI':
    'Das ist die letzte Redirect-URI einer Anwendung, die an einer API Menschen anmeldet: Fügen Sie erst eine andere hinzu, oder beenden Sie ihre Abonnements.',
  'what phones know the application by was changed':
    'Was Telefone von ihr wissen, hat sich während der Prüfung geändert: Prüfen Sie noch einmal.',
  'what ships inside an app or a page is no secret':
    'Was in einer App oder Seite ausgeliefert wird, ist kein Geheimnis: Diese Anwendung behält ihre Schlüssel.',
  'this application does not prove itself by keys': 'Diese Anwendung weist sich nicht mit Schlüsseln aus.',
  'this application has two secrets': 'Diese Anwendung hat zwei Secrets: Beenden Sie das, was niemand mehr braucht.',
  'the other secret has an end':
    'Das andere Secret hat ein Ende und behält es: Beenden Sie zuerst jenes, oder erzeugen Sie ein neues.',
  'this is the only secret': 'Das ist ihr einziges Secret: Erzeugen Sie ein zweites, bevor dieses endet.',
  'this application proves itself by no secret': 'Diese Anwendung weist sich mit keinem Secret aus.',
  'this name stands in the catalogue file': 'Für diesen Namen bürgt catalogue.yml: Ändern Sie ihn dort.',
  'the application has another name': 'Die Anwendung heißt inzwischen anders: Sehen Sie sie sich noch einmal an.',
  'cursor is the next': 'Diese Seite der Liste gibt es nicht mehr: Beginnen Sie von vorn.',
  'A name has 1 to 80': 'Ein Name hat 1 bis 80 sichtbare Zeichen.',
  'A name holds nothing': 'Ein Name enthält nichts Unsichtbares und keine gestapelten Akzente.',
  'A colour has six': 'Eine Farbe hat sechs Hexadezimalziffern, etwa #1b56d6.',
  'Privacy policy and terms':
    'Datenschutzerklärung und Nutzungsbedingungen sind https-Adressen, vollständig ausgeschrieben.',
  'A support contact is': 'Hilfe ist eine E-Mail-Adresse oder eine https-Adresse.',
  'A back-channel logout URI is an absolute URL': 'Das ist eine vollständige Adresse ohne Fragment (#…).',
  'A back-channel logout URI carries': 'In dieser Adresse stehen keine Zugangsdaten.',
  'A back-channel logout URI is https': 'Das ist eine https-Adresse; http gilt nur zum Ausprobieren auf 127.0.0.1.',
  'A redirect URI has to be shorter': 'Eine Redirect-URI ist kürzer als 2000 Zeichen.',
  'A redirect URI holds only':
    'Eine Redirect-URI hat nur die ASCII-Zeichen von RFC 3986: keine Leerzeichen, keine Umlaute.',
  'A redirect URI has no fragment': 'Eine Redirect-URI hat kein Fragment (#…).',
  'Wildcards are not supported': 'Platzhalter gibt es nicht: Tragen Sie jede Redirect-URI vollständig ein.',
  'Plain http is for native apps':
    'http ohne s ist für installierte Apps, und nur auf einer Loopback-Adresse; nehmen Sie https.',
  'Plain http needs a loopback IP':
    'http ohne s braucht eine Loopback-Adresse: http://127.0.0.1/callback oder http://[::1]/callback.',
  'Register the loopback address': 'Tragen Sie die Loopback-Adresse ohne Port ein; jeder Port passt dann.',
  'Private-use schemes are for native apps': 'Eigene Schemas sind für installierte Apps; nehmen Sie https.',
  'A private-use scheme is':
    'Ein eigenes Schema ist ein umgedrehter Domainname mit Pfad, etwa com.example.app:/callback.',
  'The redirect URI is not a URL': 'Das ist keine Adresse.',
  'A redirect URI carries no user': 'In einer Redirect-URI stehen keine Zugangsdaten.',
  'Write the redirect URI in its normal form':
    'Schreiben Sie die Redirect-URI in ihrer normalen Form: Host in kleinen Buchstaben, ohne den Port 443, ohne ../ im Pfad.',
  'Write the host without the dot': 'Schreiben Sie den Host ohne den Punkt am Ende.',
  'This address is none that a browser': 'Zu dieser Adresse kann kein Browser gehen: Nehmen Sie einen Hostnamen.',
  'Name the app on Android': 'Nennen Sie die App für Android, für Apple oder für beide.',
  'The digest of a certificate goes': 'Zu den Zertifikaten gehört der Name des Android-Pakets.',
  'An Android package is': 'Ein Android-Paket ist die applicationId der App, etwa com.example.shop.',
  'An Android package needs':
    'Zu einem Android-Paket gehört der SHA-256 jedes Zertifikats, mit dem die App signiert ist.',
  'An Apple app is named': 'Eine App für Apple hat Team-ID und Bundle-ID, beide.',
  'An Apple team ID has': 'Eine Team-ID hat zehn Großbuchstaben und Ziffern, etwa ABCDE12345.',
  'An Apple bundle ID is': 'Eine Bundle-ID ist ausgeschrieben, ohne Platzhalter, etwa com.example.shop.',
  'That is a SHA-1 digest': 'Das ist ein SHA-1; nehmen Sie den Wert, über dem SHA-256 steht.',
  'The digest of a certificate is':
    'Ein Zertifikat steht hier als SHA-256: 64 Hexadezimalziffern, mit oder ohne Doppelpunkte, oder 32 Bytes in Base64.',
  'This image has more detail':
    'Dieses Bild hat mehr Einzelheiten als ein Logo: Nehmen Sie ein einfacheres oder kleineres.',
}

export const REFUSED = {
  title: 'Nicht gespeichert',
  searchTitle: 'So lässt sich nicht suchen',
  leads: {
    precondition_failed:
      'Jemand hat es geändert, während diese Seite offen war. Sehen Sie sich den neuen Stand an und entscheiden Sie dann.',
    conflict: 'Es passt nicht zu dem, was schon da ist.',
  },
  faults: {
    empty: (label) => `${label}: Das darf nicht leer bleiben.`,
    long: (label, most) => `${label}: Das ist zu lang; Platz ist für ${most}.`,
    pattern: (label, hint) => `${label}: So wird das nicht geschrieben. ${hint}`,
  },
  sentences: SENTENCES,
  untold: 'Der Server nimmt es so nicht an. Warum, sagt er auf Englisch:',
} satisfies typeof EN
