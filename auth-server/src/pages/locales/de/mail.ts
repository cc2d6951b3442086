// The mails in German.
import type { MailText } from '../../mail-text.ts'
import type { MAIL as EN } from '../en/mail.ts'
import { UNDO } from './undo.ts'

interface AppFacts {
  readonly app?: string
}

interface ChangeFacts {
  readonly change: keyof typeof UNDO.changes
}

const TEAM_ROLES = {
  owner: 'Sie sollen ebenfalls Eigentümer werden',
  collaborator: 'Sie sollen daran mitarbeiten',
  'handed over': 'Sie soll künftig Ihnen gehören',
} as const

const ROLES = {
  developer: 'Sie sind hier jetzt Entwickler: Sie sehen, was für Apps registriert ist.',
  approver: 'Sie entscheiden jetzt, welche Apps eine API nutzen dürfen.',
  administrator: 'Sie sind hier jetzt Administrator: Sie dürfen Personen suchen, Apps sperren und Rollen vergeben.',
} as const

function forApp({ app }: AppFacts): string {
  return app === undefined ? '' : ` für ${app}`
}

const IGNORE = 'Waren Sie das nicht, dann lassen Sie diese Mail liegen: Ohne den Link oder den Code geschieht nichts.'

export const MAIL = {
  'sign-up': (facts: AppFacts): MailText => ({
    subject: 'Bestätigen Sie Ihre E-Mail-Adresse',
    lead: [`Jemand, vermutlich Sie, legt mit dieser E-Mail-Adresse ein Konto${forApp(facts)} an.`],
    action: 'Adresse bestätigen',
    code: 'Oder geben Sie diesen Code dort ein, wo Sie begonnen haben:',
    after: [IGNORE],
  }),
  invitation: (_: Readonly<Record<string, never>>): MailText => ({
    subject: 'Sie sind zu einem Konto eingeladen',
    lead: [
      'Wer diesen Server betreibt, lädt Sie zu einem Konto mit dieser E-Mail-Adresse ein. Wählen Sie ein Passwort, dann gehört es Ihnen.',
    ],
    action: 'Einladung annehmen',
    ofLink: 'Der Link gilt sieben Tage.',
    after: ['Wenn Sie kein Konto möchten, lassen Sie diese Mail liegen: Ohne den Link entsteht keines.'],
  }),
  join: ({ app, by, role }) => ({
    subject: `Einladung zur Anwendung ${app}`,
    lead: [
      `${by ?? 'Wer diesen Server betreibt,'} lädt Sie zur Anwendung „${app}“ ein: ${TEAM_ROLES[role]}. Melden Sie sich mit dieser E-Mail-Adresse an, um anzunehmen.`,
    ],
    action: 'Einladung ansehen',
    ofLink: 'Der Link gilt drei Tage.',
    after: ['Wenn Sie nicht wissen, warum, ignorieren Sie diese Mail: Ohne Sie geschieht nichts.'],
  }),
  'left-team': ({ app }) => ({
    subject: `Sie arbeiten an ${app} nicht mehr mit`,
    lead: [
      `Jemand, dem die Anwendung „${app}“ gehört, hat Sie aus ihren Beteiligten herausgenommen. Sie sehen sie im Portal nicht mehr.`,
    ],
    after: ['Wenn Sie nicht wissen, warum, fragen Sie dort nach, oder bei denen, die diesen Server betreiben.'],
  }),
  'subscription-asked': ({ app, api }) => ({
    subject: `${app} möchte ${api} nutzen`,
    lead: [`Die Anwendung „${app}“ möchte die API „${api}“ nutzen. Jemand muss das freigeben oder ablehnen.`],
    action: 'Ansehen, was auf Freigabe wartet',
    after: [
      'Eine solche Mail bekommen Sie je API höchstens einmal in der Stunde; es können inzwischen mehr Anträge sein.',
    ],
  }),
  'subscription-decided': ({ app, api, decision, reason }) => ({
    subject: decision === 'approved' ? `${app} darf ${api} nutzen` : `${app} darf ${api} nicht nutzen`,
    lead: [
      decision === 'approved'
        ? `Der Antrag der Anwendung „${app}“ ist freigegeben: Sie darf die API „${api}“ ab sofort nutzen, mit der Client-ID, die sie schon hat.`
        : `Der Antrag der Anwendung „${app}“, die API „${api}“ zu nutzen, ist abgelehnt. Sie können neu beantragen.`,
      ...(reason === null ? [] : [`Wer entschieden hat, schreibt: „${reason}“`]),
    ],
    after: [],
  }),
  'membership-asked': ({ api }) => ({
    subject: `Jemand möchte ${api} nutzen`,
    lead: [
      `Jemand möchte „${api}“ nutzen und braucht dafür eine Freigabe. Ein Administrator muss das freigeben oder ablehnen.`,
    ],
    action: 'Anfragen ansehen',
    after: [
      'Eine solche Mail bekommen Sie je API höchstens einmal in der Stunde; es können inzwischen mehr Anfragen sein.',
    ],
  }),
  'membership-invited': ({ api, by, mayMakeAccount }) => ({
    subject: `Sie sind zu ${api} eingeladen`,
    lead: [
      `${by ?? 'Der Betreiber dieses Servers'} lädt Sie zu „${api}“ ein. Die Einladung gilt für diese E-Mail-Adresse.`,
      mayMakeAccount
        ? `Öffnen Sie die App, in der Sie „${api}“ nutzen, und melden Sie sich mit dieser Adresse an; wenn Sie noch kein Konto haben, legen Sie dort eines mit ihr an.`
        : `Öffnen Sie die App, in der Sie „${api}“ nutzen, und melden Sie sich mit dieser Adresse an. Wenn Sie noch kein Konto haben, fragen Sie die Person danach, die Sie einlädt.`,
      'Wenn Sie ein Konto mit einer anderen Adresse haben, fügen Sie diese dort hinzu:',
    ],
    action: 'Ihr Konto öffnen',
    after: ['Wenn Sie nicht wissen, warum, ignorieren Sie diese Mail: Ohne Sie geschieht nichts.'],
  }),
  'membership-decided': ({ api, decision, reason, days }) => ({
    subject: decision === 'approved' ? `Sie dürfen ${api} nutzen` : `Sie dürfen ${api} nicht nutzen`,
    lead: [
      decision === 'approved'
        ? `Ihre Anfrage ist freigegeben: Sie dürfen „${api}“ ab sofort nutzen. Öffnen Sie Ihre App und melden Sie sich wieder an.`
        : `Ihre Anfrage, „${api}“ zu nutzen, ist abgelehnt. In ${days} Tagen können Sie wieder fragen.`,
      ...(reason === null ? [] : [`Wer entschieden hat, schreibt: „${reason}“`]),
    ],
    after: [],
  }),
  'sign-in-changed': ({ app, added, removed, tookTrust }) => ({
    subject: `Wohin Anmeldungen von ${app} gehen, ist geändert`,
    lead: [
      `Jemand aus ihrer Entwicklung hat die Anwendung „${app}“ geändert: wie sie Menschen anmeldet, oder wohin die Antworten gehen.`,
      ...added.map((uri) => `Neue Redirect-URI bei: ${uri}`),
      ...removed.map((uri) => `Entfernt, bei: ${uri}`),
      ...(tookTrust
        ? ['Ab jetzt werden Menschen um Zustimmung gefragt, bis die Administration ihr wieder vertraut.']
        : []),
    ],
    after: [
      'Wenn das niemand war, den Sie kennen, nehmen Sie diese Person im Portal aus der Anwendung heraus und stellen Sie die Anwendung zurück.',
    ],
  }),
  'account-exists': (facts: AppFacts): MailText => ({
    subject: 'Sie haben schon ein Konto',
    lead: [
      `Jemand, vermutlich Sie, wollte mit dieser E-Mail-Adresse ein Konto${forApp(facts)} anlegen. Es gibt schon eines.`,
      'Gehen Sie dorthin zurück, wo Sie begonnen haben, und melden Sie sich an. Wenn Sie das Passwort nicht mehr wissen, wählen Sie dort „Passwort vergessen?“.',
    ],
    after: ['Waren Sie das nicht, dann müssen Sie nichts tun: Ihr Konto ist, wie es war.'],
  }),
  reset: (facts: AppFacts): MailText => ({
    subject: 'Wählen Sie ein neues Passwort',
    lead: [`Jemand, vermutlich Sie, hat das Passwort zu Ihrem Konto${forApp(facts)} vergessen.`],
    action: 'Neues Passwort wählen',
    code: 'Oder geben Sie diesen Code dort ein, wo Sie begonnen haben:',
    after: [IGNORE],
  }),
  address: (_: AppFacts): MailText => ({
    subject: 'Bestätigen Sie Ihre neue E-Mail-Adresse',
    lead: ['Jemand, vermutlich Sie, fügt diese E-Mail-Adresse zu einem Konto hinzu.'],
    action: 'Adresse bestätigen',
    code: 'Oder geben Sie diesen Code dort ein, wo Sie begonnen haben:',
    after: [IGNORE],
  }),
  'own-address': (_: AppFacts): MailText => ({
    subject: 'Bestätigen Sie Ihre E-Mail-Adresse',
    lead: ['Jemand, vermutlich Sie, bestätigt diese E-Mail-Adresse eines Kontos.'],
    action: 'Adresse bestätigen',
    code: 'Oder geben Sie diesen Code dort ein, wo Sie begonnen haben:',
    after: [IGNORE],
  }),
  'address-taken': (_: AppFacts): MailText => ({
    subject: 'Zu dieser E-Mail-Adresse gibt es schon ein Konto',
    lead: [
      'Jemand, vermutlich Sie, wollte diese E-Mail-Adresse zu einem Konto hinzufügen. Sie gehört schon zu einem anderen Konto, deshalb hat sich nichts geändert.',
      'Wenn beide Konten Ihnen gehören, entfernen Sie die Adresse zuerst aus dem anderen.',
    ],
    after: ['Waren Sie das nicht, dann müssen Sie nichts tun: Ihr Konto ist, wie es war.'],
  }),
  'address-set-aside': (_: Readonly<Record<string, never>>): MailText => ({
    subject: 'Ihre E-Mail-Adresse wurde stillgelegt',
    lead: [
      'Jemand hat eine andere E-Mail-Adresse eines Kontos bestätigt, zu dem diese gehörte. Bis dahin war ungewiss, wem das Konto gehört. Deshalb wurden seine anderen Adressen stillgelegt: Mit dieser kann sich dort niemand mehr anmelden.',
    ],
    after: [
      'Gehört das Konto Ihnen, melden Sie sich mit der bestätigten Adresse an. Dort können Sie diese zurückholen oder neu hinzufügen.',
      'Wenn Sie nicht wissen, worum es geht, müssen Sie nichts tun.',
    ],
  }),
  'keep-account': ({ days }: Parameters<(typeof EN)['keep-account']>[0]): MailText => ({
    subject: 'Ihr Konto wird gelöscht',
    lead: [
      'Jemand, vermutlich Sie, hat das Konto mit dieser E-Mail-Adresse gelöscht. Niemand kann es mehr benutzen.',
      `In ${days} Tagen wird es endgültig gelöscht. Bis dahin können Sie es behalten:`,
    ],
    action: 'Konto behalten',
    after: [
      'Haben Sie es selbst gelöscht, dann müssen Sie nichts tun.',
      'Waren Sie das nicht, dann kennt jemand anderes Ihr Passwort: Behalten Sie das Konto.',
      'Wer es behält, wählt mit „Passwort vergessen?“ ein neues Passwort; mit dem alten kann sich niemand mehr anmelden.',
    ],
  }),
  'account-changed': ({ change }: ChangeFacts): MailText => ({
    subject: 'Ihr Konto wurde geändert',
    lead: [UNDO.changes[change], 'Wenn Sie das waren, müssen Sie nichts tun.'],
    action: 'Das war ich nicht',
    ofLink:
      'Der Link gilt drei Tage. Er meldet alle ab, nimmt diese Änderung zurück und legt still, was in den letzten drei Tagen sonst hinzugekommen ist. Danach muss ein neues Passwort gewählt werden.',
    after: [],
  }),
  'new-sign-in': (facts: AppFacts): MailText => ({
    subject: 'Neue Anmeldung bei Ihrem Konto',
    lead: [
      `Jemand, vermutlich Sie, hat sich${facts.app === undefined ? '' : ` bei ${facts.app}`} in einem Browser angemeldet, den Ihr Konto nicht kennt.`,
      'Wenn Sie das waren, müssen Sie nichts tun.',
    ],
    action: 'Das war ich nicht',
    ofLink:
      'Der Link gilt drei Tage. Er meldet alle ab und legt still, was in den letzten drei Tagen zum Konto hinzugekommen ist. Danach muss ein neues Passwort gewählt werden.',
    after: [],
  }),
  'role-given': ({ role }) => ({
    subject: 'Sie dürfen jetzt mehr',
    lead: [
      ROLES[role],
      ...(role === 'developer' ? [] : ['Das gilt ab Ihrer nächsten Anmeldung, mit einem zweiten Faktor.']),
    ],
    after: ['Wenn Sie nicht wissen, warum, fragen Sie, wer diesen Server betreibt.'],
  }),
  'change-undone': (_: Readonly<Record<string, never>>): MailText => ({
    subject: 'Die Änderung Ihres Kontos ist zurückgenommen',
    lead: [
      'Jemand, vermutlich Sie, hat gesagt, dass eine Änderung am Konto nicht von ihm war. Alle sind abgemeldet. Was in den letzten drei Tagen hinzugekommen ist, wurde stillgelegt, und was seither entfernt wurde, ist wieder da.',
      'Öffnen Sie Ihre App und wählen Sie über „Passwort vergessen?“ ein neues Passwort. Bis dahin meldet das alte niemanden an.',
    ],
    after: ['Wenn Sie das alte Passwort auch anderswo benutzen, ändern Sie es dort ebenfalls.'],
  }),
} satisfies typeof EN
