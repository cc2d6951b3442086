// What a person presses: the button of a form, and a link that looks like its main one.
import { type Html, html } from '../html.ts'

/** `main`: the one way on; `quiet`: another way; `plain`: the way out. */
export type ButtonKind = 'main' | 'quiet' | 'plain'

export function button(label: string, kind: ButtonKind = 'main'): Html {
  return html`<button type="submit" class="${kind}">${label}</button>`
}

export function linkButton(label: string, href: string): Html {
  return html`<p><a class="button" href="${href}">${label}</a></p>`
}
