// Every text of the pages in German; one that is missing does not compile.
import { type Html, html } from '../html.ts'
import { ACCOUNT } from './de/account.ts'
import { ASK_TO_COME } from './de/ask-to-come.ts'
import { BRANDING } from './de/branding.ts'
import { CLAIMS } from './de/claims.ts'
import { DELETION } from './de/deletion.ts'
import { FEDERATION } from './de/federation.ts'
import { GUEST } from './de/guest.ts'
import { HOOKS } from './de/hooks.ts'
import { JOIN } from './de/join.ts'
import { LANDING } from './de/landing.ts'
import { MAIL } from './de/mail.ts'
import { MAIL_PROOF } from './de/mail-proof.ts'
import { NOT_OPENED } from './de/not-opened.ts'
import { PASSKEYS } from './de/passkeys.ts'
import { PORTAL } from './de/portal.ts'
import { ADMINISTRATION } from './de/portal-administration.ts'
import { PORTAL_APIS } from './de/portal-apis.ts'
import { PORTAL_APPLICATIONS } from './de/portal-applications.ts'
import { PORTAL_APPROVALS } from './de/portal-approvals.ts'
import { AUDIT_WORDS } from './de/portal-audit.ts'
import { PORTAL_HELP } from './de/portal-help.ts'
import { PORTAL_HOOKS } from './de/portal-hooks.ts'
import { PORTAL_MEMBERS } from './de/portal-members.ts'
import { USAGE } from './de/portal-usage.ts'
import { PORTAL_WAYS } from './de/portal-ways.ts'
import { PROVIDER_TRIAL } from './de/provider-trial.ts'
import { REFERENCE } from './de/reference.ts'
import { REFUSALS } from './de/refusals.ts'
import { REGISTRATION } from './de/registration.ts'
import { SECOND_FACTOR } from './de/second-factor.ts'
import { SET_ASIDE } from './de/set-aside.ts'
import { SETUP } from './de/setup.ts'
import { TRIAL } from './de/trial.ts'
import { UNDO } from './de/undo.ts'
import { WHO_MAY_COME } from './de/who-may-come.ts'
import type { Texts } from './en.ts'

function name(text: string): Html {
  return html`<strong>${text}</strong>`
}

export const DE = {
  language: 'de',
  account: ACCOUNT,
  claims: CLAIMS,
  registration: REGISTRATION,
  secondFactor: SECOND_FACTOR,
  mailProof: MAIL_PROOF,
  passkeys: PASSKEYS,
  setAside: SET_ASIDE,
  deletion: DELETION,
  federation: FEDERATION,
  providerTrial: PROVIDER_TRIAL,
  hooks: HOOKS,
  whoMayCome: WHO_MAY_COME,
  askToCome: ASK_TO_COME,
  setup: SETUP,
  join: JOIN,
  landing: LANDING,
  portal: PORTAL,
  portalApis: PORTAL_APIS,
  portalWays: PORTAL_WAYS,
  portalHelp: PORTAL_HELP,
  portalApplications: PORTAL_APPLICATIONS,
  portalApprovals: PORTAL_APPROVALS,
  trial: TRIAL,
  administration: ADMINISTRATION,
  auditWords: AUDIT_WORDS,
  portalHooks: PORTAL_HOOKS,
  portalMembers: PORTAL_MEMBERS,
  reference: REFERENCE,
  refusals: REFUSALS,
  usage: USAGE,
  guest: GUEST,
  cancel: 'Abbrechen',
  useAnotherAccount: 'Anderes Konto verwenden',
  opens: (app) =>
    html`Damit öffnet sich ${name(app)}. Wenn sich nichts öffnet, drücken Sie die Schaltfläche noch einmal.`,
  tryAgain: 'Noch einmal versuchen',
  backTo: (app) => `Zurück zu ${app}`,
  signIn: {
    title: 'Anmelden',
    titleAfterProblem: 'Anmelden: noch einmal versuchen',
    lead: (app) => html`und weiter zu ${name(app)}`,
    leadToAccount: 'und weiter zu Ihrem Konto',
    anew: 'Sie sind noch angemeldet. Was Sie geöffnet haben, verlangt eine neue Anmeldung: Melden Sie sich noch einmal an, dann geht es weiter.',
    email: 'E-Mail-Adresse',
    password: 'Passwort',
    passwordIfAny: 'Lassen Sie es leer, wenn Ihre Organisation Sie anmeldet.',
    button: 'Anmelden',
    note: 'Die App erfährt Ihr Passwort nicht.',
    problems: {
      noAddress: 'Das ist keine E-Mail-Adresse. Sie sieht aus wie name@example.com.',
      noMatch: 'E-Mail-Adresse und Passwort passen nicht zusammen. Versuchen Sie es noch einmal.',
      tooMany:
        'Von hier wurden zu viele falsche Passwörter versucht. Warten Sie zehn Minuten, dann versuchen Sie es wieder.',
      personChanged: 'Während Sie sich anmeldeten, hat sich etwas geändert. Versuchen Sie es noch einmal.',
      notOffered: 'Bei dieser App melden Sie sich nicht auf diesem Weg an. Wählen Sie einen der Wege unten.',
      newPassword: 'Dieses Konto braucht ein neues Passwort. Wählen Sie unten „Passwort vergessen?“.',
    },
  },
  consent: {
    title: (app) => `Zugriff für ${app} erlauben?`,
    lead: (api, person) => html`Die App möchte ${name(api)} im Namen von ${name(person)} nutzen`,
    button: 'Erlauben',
    openIdScopes: {
      openid: 'Wissen, dass Sie es sind',
      profile: 'Ihr Profil sehen: Ihre Namen, Geburtsdatum, Bild und Webseiten, soweit Sie sie angegeben haben',
      email: 'Ihre E-Mail-Adresse sehen',
      address: 'Ihre Postanschrift sehen',
      phone: 'Ihre Telefonnummer sehen',
      offline_access: 'Angemeldet bleiben, auch wenn Sie sich hier abmelden',
    },
  },
  continue: {
    title: (app) => `Weiter zu ${app}?`,
    lead: 'Fahren Sie nur fort, wenn Sie die App gerade selbst geöffnet haben.',
    button: (person) => `Weiter als ${person}`,
  },
  signOut: {
    title: 'Abmelden?',
    asks: (app) => html`${name(app)} möchte Sie abmelden.`,
    person: (person) => html`Sie sind als ${name(person)} angemeldet.`,
    button: 'Abmelden',
    note: 'Apps, die Sie mit dieser Anmeldung geöffnet haben, werden ebenfalls abgemeldet. Wenn Sie angemeldet bleiben möchten, schließen Sie diese Seite.',
    doneTitle: 'Sie sind abgemeldet',
    done: 'Sie können diese Seite schließen.',
    unreached: (provider) => html`${name(provider)} war nicht zu erreichen. Dort sind Sie vielleicht noch angemeldet.`,
    overTitle: 'Hier geht es nicht weiter',
    over: 'Es hat zu lange gedauert, war schon erledigt oder begann in einem anderen Browser. Wenn Sie nicht sicher sind, ob Sie hier abgemeldet sind, melden Sie sich noch einmal ab.',
  },
  ended: {
    doneTitle: 'Diese Anmeldung ist abgeschlossen',
    done: (app) =>
      html`${name(app)} hat die Antwort bekommen, diese Seite wird nicht mehr gebraucht. Gehen Sie zurück zur App; dort können Sie sich auch neu anmelden.`,
    notOpened: (app) =>
      html`Wenn sich ${name(app)} nicht geöffnet hat, sehen Sie nach, ob die App auf diesem Gerät installiert ist.`,
    expiredTitle: 'Diese Seite ist abgelaufen',
    expired: (app) =>
      html`Sie war länger als eine Stunde offen, deshalb wurde nichts gesendet. Gehen Sie zurück zu ${name(app)} und beginnen Sie dort neu.`,
    elsewhereTitle: 'Diese Seite gehört zu einem anderen Browser',
    elsewhere:
      'Die Anmeldung hat in einem anderen Browser oder in einem privaten Fenster begonnen und geht nur dort weiter; oder in diesem Browser waren mehr als zehn Anmeldungen offen, und die älteste wurde aufgegeben. Um sich hier anzumelden, gehen Sie zurück zur App und beginnen Sie dort neu.',
    unknownTitle: 'Diese Anmeldung ist beendet',
    unknown:
      'Sie ist abgeschlossen oder war zu lange offen. Gehen Sie dorthin zurück, woher Sie kamen, und beginnen Sie neu.',
    own: {
      done: 'Diese Seite wird nicht mehr gebraucht.',
      goOn: 'Weiter zu Ihrem Konto',
      expired: 'Sie war länger als eine Stunde offen, deshalb wurde nichts gesendet. Beginnen Sie neu.',
      elsewhere:
        'Die Anmeldung hat in einem anderen Browser oder in einem privaten Fenster begonnen und geht nur dort weiter; oder in diesem Browser waren mehr als zehn Anmeldungen offen, und die älteste wurde aufgegeben. Um sich hier anzumelden, beginnen Sie neu.',
      cancelledTitle: 'Anmeldung abgebrochen',
      cancelled: 'Es hat sich nichts geändert. Sie können diese Seite schließen.',
    },
  },
  error: {
    title: 'Das hat nicht geklappt',
    note: 'Wenn Sie diese Seite nicht erwartet haben, schließen Sie sie und gehen Sie zurück zur App.',
    forDevelopers: 'Für das Entwicklungsteam der App',
    badRequest: 'Die App oder der Link, dem Sie gefolgt sind, verlangt etwas, das hier nicht möglich ist.',
    tooMany: (isLong) =>
      `Von dieser Adresse melden sich gerade zu viele an; versuchen Sie es in ${isLong ? 'einer Minute' : 'ein paar Sekunden'} wieder.`,
    codes: {
      not_found: 'Unter dieser Adresse gibt es nichts.',
      foreign_form:
        'Dieses Formular stammt nicht von unserer Seite. Gehen Sie zurück zur App und beginnen Sie dort neu.',
      foreign_or_old_form:
        'Dieses Formular stammt nicht von unserer Seite oder ist älter als Ihre letzte Anmeldung. Es hat sich nichts geändert.',
      unauthorized_client: 'Bei dieser App kann sich zurzeit niemand anmelden.',
      waits_for_approval: 'Diese App wartet auf ihre Freigabe. Vorher kann sich niemand bei ihr anmelden.',
      invalid_request_uri:
        'Dieser Anmelde-Link wurde schon benutzt oder ist abgelaufen; gehen Sie zurück zur App und beginnen Sie dort neu.',
      temporarily_unavailable: 'Der Server ist ausgelastet; versuchen Sie es in ein paar Sekunden wieder.',
      server_error: 'Bei uns ist etwas schiefgegangen; es wurde aufgezeichnet.',
    },
  },
  operator: { privacy: 'Datenschutz', terms: 'Nutzungsbedingungen', help: 'Hilfe' },
  mail: MAIL,
  undo: UNDO,
  notOpened: NOT_OPENED,
  branding: BRANDING,
} satisfies Texts
