// Texts of the portal's pages on who may come to which API, in German.
import { html } from '../../html.ts'
import type { PORTAL_MEMBERS as EN } from '../en/portal-members.ts'

export const PORTAL_MEMBERS = {
  lead: 'Welche API für wen ist, und wer eingeladen ist. Wer überhaupt kommen darf, sagt die Definition der API (sign_up).',
  waiting: (count) => (count === 1 ? 'eine Anfrage' : `${count} Anfragen`),
  rules: {
    open: 'Für alle; eine Einladung zählt, sobald sie es nicht mehr ist',
    invitation: 'Für Eingeladene',
    approval: 'Für Freigegebene und Eingeladene',
    domains: (domains) => `Für Adressen bei ${domains}, und für Eingeladene`,
  },
  search: 'Adresse oder Anfang des Namens',
  none: 'Niemand ist eingeladen.',
  since: (day) => html`seit ${day}`,
  unproven: 'eingeladen; noch hat niemand die Adresse nachgewiesen',
  inviteTitle: 'Eine Adresse einladen',
  email: 'E-Mail-Adresse',
  emailHint: 'Sie bekommt eine Mail, die Sie nennt. Wer die Adresse hat oder nachweist, darf kommen.',
  emailHintWithoutMail:
    'Dieser Server verschickt keine Mails: Sagen Sie es selbst. Wer die Adresse hat oder nachweist, darf kommen.',
  invite: 'Einladen',
  end: 'Beenden',
  endTitle: (who, api) => `Mitgliedschaft von ${who} bei ${api} beenden?`,
  losses: (api) => [
    `Wenn ${api} nicht aus einem anderen Grund für sie ist, enden ihre Anmeldungen dort sofort`,
    'Eine Mail gibt es dazu nicht; die Person kann wieder eingeladen werden',
  ],
  promiseLosses: [
    'Wer diese Adresse nachweist, ist dadurch kein Mitglied mehr',
    'Eine Mail, die schon verschickt ist, bleibt verschickt',
  ],
  toMembers: 'Wer eingeladen ist',
  requests: {
    lead: 'Wer gefragt hat, erfährt per Mail, wie Sie entscheiden.',
    none: 'Niemand fragt an.',
    only: (api) => `Hier steht nur, wer nach Zugang zu ${api} fragt.`,
    toAll: 'Alle APIs zeigen',
    nameless: 'Jemand ohne Namen und Adresse',
    asks: (api, ago) => html`hat ${ago} um Zugang zu ${api} gebeten`,
    because: (reason) => `„${reason}“`,
    approveTitle: (who, api) => `${who} bei ${api} zulassen?`,
    effects: (api) => [`Die Person darf ${api} ab sofort nutzen, wie Eingeladene`, 'Sie erfährt es per Mail'],
    wordLabel: 'Ein Satz für die Person (kann leer bleiben)',
    declineTitle: (who, api) => `Anfrage von ${who} für ${api} ablehnen?`,
    losses: ['Nach 7 Tagen kann die Person wieder fragen', 'Sie erfährt es per Mail, mit Ihrem Satz'],
    toRequests: (count) =>
      count === 1 ? 'Eine Person fragt nach Zugang zu einer API' : `${count} Personen fragen nach Zugang zu einer API`,
  },
} satisfies typeof EN
