// Texts of APIs whose people are approved by an administrator, in German.
import { html } from '../../html.ts'
import type { Texts } from '../en.ts'

export const ASK_TO_COME = {
  title: (api) => `${api} ist für freigegebene Konten`,
  lead: (api) =>
    `Wer ${api} nutzen darf, gibt ein Administrator frei. Sie können darum bitten; bis dahin geht es mit diesem Konto nicht.`,
  why: 'Warum Sie dazukommen möchten (kann leer bleiben)',
  ask: 'Um Freigabe bitten',
  waits: (since) => html`Ihre Anfrage wartet seit dem ${since} auf Freigabe.`,
  mailed: (api) => `Sie bekommen eine Mail, wenn entschieden ist. Melden Sie sich dann wieder bei ${api} an.`,
  declined: (at) => html`Ihre Anfrage wurde am ${at} abgelehnt.`,
  because: (reason) => `Wer entschieden hat, schreibt: „${reason}“`,
  askAgain: (from) => html`Ab dem ${from} können Sie wieder fragen.`,
} satisfies Texts['askToCome']
