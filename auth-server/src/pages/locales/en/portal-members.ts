// Texts of the portal's pages on who may come to which API, in English.
import { type Html, html } from '../../html.ts'

export const PORTAL_MEMBERS = {
  lead: 'Which API is for whom, and who is invited. Who may come at all, the definition of the API says (sign_up).',
  waiting: (count: number) => (count === 1 ? 'one asks to come' : `${count} ask to come`),
  rules: {
    open: 'For everybody; an invitation counts from when it is not',
    invitation: 'For who is invited',
    approval: 'For who is approved, or invited',
    domains: (domains: string) => `For addresses at ${domains}, and for who is invited`,
  },
  search: 'Address, or how the name begins',
  none: 'Nobody is invited.',
  since: (day: Html) => html`since ${day}`,
  unproven: 'invited; nobody has proven the address yet',
  inviteTitle: 'Invite an address',
  email: 'E-mail address',
  emailHint: 'It gets a mail that names you. Whoever has the address, or proves it, may come.',
  emailHintWithoutMail:
    'This server sends no mail: tell them yourself. Whoever has the address, or proves it, may come.',
  invite: 'Invite',
  end: 'End',
  endTitle: (who: string, api: string) => `End the membership of ${who} at ${api}?`,
  losses: (api: string) => [
    `Where ${api} is not for them otherwise, their logins at it end at once`,
    'Nobody is told by mail; they can be invited again',
  ],
  promiseLosses: ['Whoever proves this address is no member by it', 'A mail that was sent is not taken back'],
  toMembers: 'Who is invited',
  requests: {
    lead: 'Whoever asked is told by mail what you decide.',
    none: 'Nobody asks to come.',
    only: (api: string) => `Here stands only who asks to come to ${api}.`,
    toAll: 'Show all APIs',
    nameless: 'Somebody without a name and address',
    asks: (api: string, ago: Html) => html`asked ${ago} to come to ${api}`,
    because: (reason: string) => `“${reason}”`,
    approveTitle: (who: string, api: string) => `Let ${who} come to ${api}?`,
    effects: (api: string) => [`They may use ${api} from now on, as who is invited`, 'They are told by mail'],
    wordLabel: 'A sentence for them (may stay empty)',
    declineTitle: (who: string, api: string) => `Decline that ${who} comes to ${api}?`,
    losses: ['They can ask again after 7 days', 'They are told by mail, with your sentence'],
    toRequests: (count: number) =>
      count === 1 ? 'One person asks to come to an API' : `${count} people ask to come to an API`,
  },
}
