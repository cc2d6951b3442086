// Texts of the developer portal in German: its frame, its first page, and who is let in.
import { type Html, html } from '../../html.ts'
import type { Texts } from '../en.ts'
import { ADMINISTRATION_NEWS } from './portal-administration.ts'
import { REFUSED } from './portal-refused.ts'

function name(text: string): Html {
  return html`<strong>${text}</strong>`
}

export const PORTAL = {
  title: 'Entwicklerportal',
  toPortal: 'Zum Entwicklerportal',
  detail: 'Ihre Apps und die APIs, die sie aufrufen',
  parts: { navigation: 'Bereiche', menu: 'Menü' },
  sections: {
    applications: { title: 'Anwendungen', detail: 'Ihre Apps: Zugangsdaten, Redirect-URIs, Abonnements' },
    apis: { title: 'APIs', detail: 'Was es gibt, und wie man es abonniert' },
    approvals: { title: 'Freigaben', detail: 'Welche Apps auf Ihre Entscheidung warten' },
    usage: { title: 'Nutzung', detail: 'Wie oft Ihre Apps aufrufen und was abgelehnt wurde' },
    help: { title: 'Hilfe', detail: 'Was in die App gehört, für jede Plattform' },
    tryIt: { title: 'Ausprobieren', detail: 'Eine ganze Anmeldung und ein Aufruf, Schritt für Schritt' },
    administration: { title: 'Verwaltung', detail: 'Personen, Anwendungen, Schlüssel, Protokoll' },
  },
  news: {
    ...ADMINISTRATION_NEWS,
    becameDeveloper: 'Sie gehören jetzt zu den Entwicklern.',
    subscriptionEnded: 'Es ist beendet.',
    subscriptionApproved: 'Freigegeben. Die Personen der Anwendung erfahren es per Mail.',
    subscriptionDeclined: 'Abgelehnt. Die Personen der Anwendung erfahren es per Mail.',
    applicationCreated: 'Die Anwendung ist registriert. Tragen Sie ihre Client-ID in die App ein.',
    applicationChanged: 'Gespeichert.',
    applicationDeleted: 'Die Anwendung ist gelöscht.',
    applicationLeft: 'Sie haben die Anwendung verlassen.',
    secretEnded: 'Das Secret gilt nicht mehr.',
  },
  chooseApp: {
    lead: 'Um welche Anwendung geht es?',
    none: 'Sie haben noch keine Anwendung, bei der sich jemand anmeldet. Registrieren Sie zuerst eine.',
    otherApis: 'Ihre anderen APIs:',
  },
  overview: {
    lead: 'Registrieren Sie eine App, abonnieren Sie eine API und tragen Sie die Client-ID in die App ein.',
    leadOfOthers: 'Was Sie hier entscheiden und verwalten.',
    none: 'Sie haben hier noch keine App.',
    first: 'Erste App registrieren',
    all: 'Alle Anwendungen',
    sections: 'Was es hier gibt',
  },
  checklist: {
    title: 'Checkliste',
    lead: 'Sie hakt sich selbst ab, nach dem, was Ihre App tut; einmal am Tag wird es notiert.',
    states: { done: 'Erledigt', not_seen: 'Noch nicht gesehen', warning: 'Bitte ansehen' },
    since: (day) => `Seit ${day}.`,
    seen: (what) => `Gesehen: ${what}.`,
    help: 'Hilfe',
    items: {
      pkce: {
        title: 'PKCE',
        done: 'Anmeldungen kommen mit code_challenge.',
        todo: 'Schicken Sie bei jeder Anmeldung code_challenge mit S256; Bibliotheken tun das von selbst.',
        odd: 'Es kamen Anmeldungen ohne code_challenge.',
      },
      state: {
        title: 'Jedes Mal ein anderer state',
        done: 'Jede Anmeldung hat ihren eigenen state.',
        todo: 'Schicken Sie bei jeder Anmeldung einen zufälligen state und vergleichen Sie ihn, wenn die Antwort kommt.',
        odd: 'Der state fehlte, oder derselbe kam mit einer anderen Anmeldung.',
      },
      browser: {
        title: 'Der Browser des Systems',
        done: 'Die App öffnet den Browser des Telefons.',
        todo: 'Öffnen Sie die Anmeldung unter iOS mit ASWebAuthenticationSession, unter Android in einem Custom Tab.',
        odd: 'Eine Anmeldung lief in einer WebView innerhalb einer App, die mitlesen könnte, was eingegeben wird.',
      },
      app_links: {
        title: 'Links, die der App gehören',
        done: 'Telefone erfahren von der App oder haben sie über einen Link geöffnet, den keine andere App annehmen kann.',
        todo: 'Hinterlegen Sie Paket oder Bundle der App, drücken Sie dort „Jetzt prüfen“ und nehmen Sie ihren https-Link als Redirect-URI.',
        odd: 'Die letzte Prüfung hat etwas gefunden. Was es ist, sagt „Jetzt prüfen“ auf der Seite der App-Links.',
      },
      refresh: {
        title: 'Eine verlorene Antwort schadet nicht',
        done: 'Die App hat dasselbe Refresh-Token noch einmal geschickt und lief weiter.',
        todo: 'Geht die Antwort auf ein Refresh verloren, schicken Sie dasselbe Refresh-Token binnen zwei Minuten noch einmal.',
      },
      dpop: {
        title: 'Tokens an einen Schlüssel gebunden',
        done: 'Ohne den Schlüssel der App sind ihre Tokens wertlos (DPoP).',
        todo: 'Unterschreiben Sie jede Token-Anfrage mit einem Schlüssel des Geräts (DPoP): Ein gestohlenes Token ist dann wertlos.',
      },
      sign_out: {
        title: 'Abmelden widerruft',
        done: 'Beim Abmelden widerruft die App ihre Tokens.',
        todo: 'Schicken Sie beim Abmelden das Refresh-Token an den Revocation-Endpunkt.',
      },
    },
  },
  become: {
    title: 'Sie sind hier noch nicht als Entwickler dabei',
    lead: (person) => html`Sie sind angemeldet als ${name(person)}. Dieser Bereich ist für alle, die Apps bauen.`,
    ask: 'Wenn Sie Apps bauen möchten, bitten Sie den Betreiber dieses Servers um eine Einladung.',
    open: 'Wer hier ein Konto hat, darf Apps bauen: Sie können dann Apps registrieren und APIs für sie abonnieren.',
    administrates:
      'Sie verwalten diesen Server. Die Seiten der Entwickler sind für die Rolle Entwickler: Geben Sie sich diese selbst, oder sehen Sie alle Anwendungen in der Verwaltung an.',
    toRoles: 'Ihre Rollen',
    button: 'Apps bauen',
    toAccount: 'Ihr Konto',
  },
  tooMany: {
    title: 'In kurzer Zeit viel geändert',
    lead: (minutes) =>
      `Jetzt hat sich nichts geändert. Es geht in ${minutes === 1 ? 'einer Minute' : `${minutes} Minuten`} weiter; ansehen und abmelden können Sie inzwischen.`,
  },
  tooManyPages: {
    title: 'In kurzer Zeit viele Seiten',
    lead: (minutes) =>
      `In ${minutes === 1 ? 'einer Minute' : `${minutes} Minuten`} öffnen sich wieder welche; abmelden können Sie sich inzwischen. Programme lesen dasselbe über die Management-API.`,
  },
  notFound: {
    title: 'Das gibt es hier nicht',
    lead: 'Es wurde entfernt, oder es ist nicht für Sie bestimmt.',
  },
  problem: {
    title: 'Das hat nicht geklappt',
    lead: 'Es hat sich nichts geändert. Gehen Sie zurück und prüfen Sie Ihre Angaben.',
  },
  refusedForm: {
    title: 'Das wurde nicht ausgeführt',
    lead: 'Das Formular stammt aus der Zeit vor Ihrer letzten Anmeldung hier, oder es kam nicht von einer Seite dieses Servers. Es hat sich nichts geändert. Öffnen Sie die Seite neu und senden Sie es von dort.',
    again: 'Seite neu öffnen',
  },
  refused: REFUSED,
  over: {
    title: 'Diese Anmeldung ist beendet',
    lead: 'Sie war schon fertig, hat länger als eine Stunde gedauert oder in einem anderen Browser begonnen.',
  },
  secondFactor: {
    title: 'Hierfür brauchen Sie einen zweiten Faktor',
    lead: 'Wer freigibt oder verwaltet, meldet sich mit Passwort und noch etwas an: mit einer Authenticator-App oder einem Passkey. Richten Sie das in Ihrem Konto ein und kommen Sie dann wieder.',
    button: 'Zweiten Faktor einrichten',
  },
} satisfies Texts['portal']
