// Texts of the portal's approvals, in German.
import type { PORTAL_APPROVALS as EN } from '../en/portal-approvals.ts'

export const PORTAL_APPROVALS = {
  none: 'Keine Anwendung wartet auf Ihre Entscheidung.',
  lead: 'Wer den Antrag gestellt hat, erfährt per Mail, wie Sie entscheiden.',
  asked: 'Beantragt von',
  askedByProgram: (clientId) => `Einem Programm, ${clientId}`,
  askedByNobody: 'Jemandem, dessen Konto es nicht mehr gibt',
  askedAt: 'Beantragt',
  application: 'Anwendung',
  approve: 'Freigeben',
  decline: 'Ablehnen',
  isOwn: 'Das haben Sie oder Ihr Team beantragt: Jemand anderes entscheidet.',
  isOperators: 'Das ist eine API des Servers selbst: Der Betreiber entscheidet, mit einem Befehl neben dem Server.',
  isDecided: 'Es ist schon entschieden: freigegeben.',
  approveTitle: (app, api) => `${app} für ${api} freigeben?`,
  effects: (api) => [
    `Die Anwendung darf ${api} ab sofort nutzen, mit der Client-ID, die sie schon hat.`,
    'Ihre Personen erfahren es per Mail.',
  ],
  trust: 'Ist sie vertrauenswürdig?',
  trustHint:
    'Vertrauenswürdig sind eigene Anwendungen. Wer sich bei ihnen anmeldet, wird nicht um Erlaubnis für die Scopes gefragt, und eine Anmeldung, die keinen Scope nennt, bekommt alle.',
  trusts: {
    no: 'Nein: Wer sich anmeldet, erlaubt die Scopes',
    yes: 'Ja: Niemand wird um Erlaubnis für die Scopes gefragt',
  },
  wordLabel: 'Ein Satz für ihre Personen (kann leer bleiben)',
  declineTitle: (app, api) => `${app} für ${api} ablehnen?`,
  losses: ['Der Antrag ist weg. Ein neuer kann gestellt werden.', 'Die Personen der Anwendung erfahren es per Mail.'],
  reasonLabel: 'Warum? Ein Satz, der in der Mail steht',
  noReason: 'Schreiben Sie in einem Satz, warum.',
} satisfies typeof EN
