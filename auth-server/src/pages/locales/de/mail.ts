// The mails in German.
import type { MailText } from '../../mail-text.ts'
import type { MAIL as EN } from '../en/mail.ts'

interface AppFacts {
  readonly app?: string
}

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
  'password-reset': (_: AppFacts): MailText => ({
    subject: 'Ihr Passwort wurde geändert',
    lead: [
      'Jemand, der die Nachrichten an diese Adresse lesen kann, hat ein neues Passwort für Ihr Konto gewählt. Alle früheren Anmeldungen sind beendet.',
    ],
    after: [
      'Wenn Sie das nicht waren, ändern Sie das Passwort dieses Postfachs und danach das Ihres Kontos: Wählen Sie bei der Anmeldung „Passwort vergessen?“.',
    ],
  }),
  address: (_: AppFacts): MailText => ({
    subject: 'Bestätigen Sie Ihre neue E-Mail-Adresse',
    lead: ['Jemand, vermutlich Sie, fügt diese E-Mail-Adresse zu einem Konto hinzu.'],
    action: 'Adresse bestätigen',
    code: 'Oder geben Sie diesen Code dort ein, wo Sie begonnen haben:',
    after: [IGNORE],
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
      'Waren Sie das nicht, dann kennt jemand anderes Ihr Passwort: Behalten Sie das Konto und wählen Sie danach mit „Passwort vergessen?“ ein neues.',
    ],
  }),
} satisfies typeof EN
