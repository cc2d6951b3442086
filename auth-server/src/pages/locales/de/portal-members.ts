// Texts of the portal's pages on who may come to which API, in German.
import { html } from '../../html.ts'
import type { PORTAL_MEMBERS as EN } from '../en/portal-members.ts'

export const PORTAL_MEMBERS = {
  lead: 'Wer welche API nutzen darf, und wer eingeladen ist. Für wen eine API offen ist, legt ihre Definition fest (sign_up).',
  waiting: (count) => (count === 1 ? 'eine Anfrage' : `${count} Anfragen`),
  rules: {
    open: 'Für alle; Einladungen zählen erst, wenn das nicht mehr gilt',
    invitation: 'Für Eingeladene',
    approval: 'Für Freigegebene und Eingeladene',
    domains: (domains) => `Für Adressen bei ${domains} und für Eingeladene`,
  },
  search: 'Adresse oder Anfang des Namens',
  none: 'Niemand ist eingeladen.',
  since: (day) => html`seit ${day}`,
  unproven: 'eingeladen; noch hat niemand die Adresse nachgewiesen',
  inviteTitle: 'Eine Adresse einladen',
  email: 'E-Mail-Adresse',
  emailHint:
    'An die Adresse geht eine Mail, in der Sie genannt sind. Wer die Adresse hat oder nachweist, darf die API nutzen.',
  emailHintWithoutMail:
    'Dieser Server verschickt keine Mails: Sagen Sie selbst Bescheid. Wer die Adresse hat oder nachweist, darf die API nutzen.',
  invite: 'Einladen',
  end: 'Beenden',
  endTitle: (who, api) => `Mitgliedschaft von ${who} bei ${api} beenden?`,
  losses: (api) => [
    `Wenn die Person ${api} nicht aus einem anderen Grund nutzen darf, enden ihre Anmeldungen dort sofort`,
    'Die Person bekommt dazu keine Mail und kann wieder eingeladen werden',
  ],
  promiseLosses: [
    'Wer diese Adresse nachweist, wird dadurch nicht mehr Mitglied',
    'Eine Mail, die schon verschickt ist, lässt sich nicht zurückholen',
  ],
  toMembers: 'Wer eingeladen ist',
  requests: {
    lead: 'Wer gefragt hat, erfährt per Mail, wie Sie entscheiden.',
    none: 'Es gibt keine Anfragen.',
    only: (api) => `Hier steht nur, wer um Zugang zu ${api} bittet.`,
    toAll: 'Alle APIs zeigen',
    nameless: 'Jemand ohne Namen und Adresse',
    asks: (api, ago) => html`hat ${ago} um Zugang zu ${api} gebeten`,
    because: (reason) => `„${reason}“`,
    approveTitle: (who, api) => `${who} für ${api} freigeben?`,
    effects: (api) => [`Die Person darf ${api} ab sofort nutzen, wie Eingeladene`, 'Sie erfährt es per Mail'],
    wordLabel: 'Ein Satz für die Person (kann leer bleiben)',
    declineTitle: (who, api) => `Anfrage von ${who} für ${api} ablehnen?`,
    losses: ['Nach 7 Tagen kann die Person wieder fragen', 'Sie erfährt es per Mail, mit Ihrem Satz'],
    toRequests: (count) =>
      count === 1 ? 'Eine Person bittet um Zugang zu einer API' : `${count} Personen bitten um Zugang zu einer API`,
  },
} satisfies typeof EN
