// Texts of a person's own pages in German.
import { type Html, html } from '../../html.ts'
import type { Texts } from '../en.ts'

function name(text: string): Html {
  return html`<strong>${text}</strong>`
}

export const ACCOUNT = {
  title: 'Ihr Konto',
  signedInAs: (person) => html`Angemeldet als ${name(person)}`,
  parts: {
    back: 'Zurück',
    change: 'Ändern',
    notYet: 'Noch nicht angegeben',
    problems: (count) => (count === 1 ? 'Eine Angabe ist zu berichtigen' : `${count} Angaben sind zu berichtigen`),
    shownOnce: 'Das wird nur dieses eine Mal gezeigt.',
    thisDevice: 'Dieses Gerät',
  },
} satisfies Texts['account']
