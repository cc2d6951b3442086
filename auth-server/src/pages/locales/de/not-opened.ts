// The texts of the page that stands where an app should have opened, in German.
import { html } from '../../html.ts'
import type { NOT_OPENED as EN } from '../en/not-opened.ts'

export const NOT_OPENED = {
  title: (app) => `${app} hat sich nicht geöffnet`,
  lead: (app) =>
    html`Diese Seite hätte <strong>${app}</strong> öffnen sollen. Sie können sie schließen; ohne die App kann niemand etwas mit ihrer Adresse anfangen.`,
  reasons: (app) => [
    `Sehen Sie nach, ob ${app} auf diesem Gerät installiert ist, und zwar in der neuesten Version.`,
    'Nach der Installation einer App braucht ein Telefon einige Minuten und eine Verbindung, bis es Links mit ihr öffnet.',
    'Sehen Sie in den Einstellungen des Telefons nach, ob Links die App öffnen dürfen.',
  ],
  startThere: (app) => html`Öffnen Sie dann <strong>${app}</strong> und beginnen Sie dort noch einmal.`,
  orHere: 'Beginnen Sie dann noch einmal in der App, oder hier:',
} satisfies typeof EN
