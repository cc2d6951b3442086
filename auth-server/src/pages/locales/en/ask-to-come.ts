// Texts of APIs whose people are approved by an administrator, in English.
import { type Html, html } from '../../html.ts'

export const ASK_TO_COME = {
  title: (api: string) => `${api} is for people who are approved`,
  lead: (api: string) => `An administrator approves who may use ${api}. You can ask; until then this account cannot.`,
  why: 'Why you would like to come (may stay empty)',
  ask: 'Ask to come in',
  waits: (since: Html) => html`Your request waits for approval since ${since}.`,
  mailed: (api: string) => `You get a mail when it is decided. Then sign in to ${api} again.`,
  declined: (at: Html) => html`Your request was declined on ${at}.`,
  because: (reason: string) => `Whoever decided writes: “${reason}”`,
  askAgain: (from: Html) => html`You can ask again from ${from} on.`,
}
