// The texts of the page that stands where an app should have opened, in English.
import { html } from '../../html.ts'

export const NOT_OPENED = {
  title: (app: string) => `${app} did not open`,
  lead: (app: string) =>
    html`This page should have opened <strong>${app}</strong>. You can close it; nobody can use its address without the app.`,
  reasons: (app: string) => [
    `Look whether ${app} is installed on this device, in its newest version.`,
    'A phone may need a few minutes after an app was installed, and a connection, before it opens links with it.',
    'Look in the settings of the phone whether links may open the app.',
  ],
  startThere: (app: string) => html`Then open <strong>${app}</strong> and start again there.`,
  orHere: 'Then start again in the app, or here:',
}
