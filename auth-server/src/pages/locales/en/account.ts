// Texts of a person's own pages in English.
import { type Html, html } from '../../html.ts'

function name(text: string): Html {
  return html`<strong>${text}</strong>`
}

export const ACCOUNT = {
  title: 'Your account',
  signedInAs: (person: string) => html`Signed in as ${name(person)}`,
  /** What all of these pages are made of. */
  parts: {
    back: 'Back',
    change: 'Change',
    notYet: 'Not added yet',
    problems: (count: number) => (count === 1 ? 'One thing to correct' : `${count} things to correct`),
    shownOnce: 'You see this once only.',
    thisDevice: 'This device',
  },
}
