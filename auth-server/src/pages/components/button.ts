// What a person presses: the button of a form, and a link that looks like its main one.
import { type Html, html } from '../html.ts'

/** `main`: the one way on; `quiet`: another way; `plain`: the way out; `danger`: what cannot be taken back. */
export type ButtonKind = 'main' | 'quiet' | 'plain' | 'danger'

/** @param about what it does it to, where the page has several such buttons; read by screen readers alone */
export function button(label: string, kind: ButtonKind = 'main', about?: string): Html {
  return html`<button type="submit" class="${kind}"${
    about !== undefined && html` aria-label="${label}: ${about}"`
  }>${label}</button>`
}

export function linkButton(label: string, href: string): Html {
  return html`<p><a class="button" href="${href}">${label}</a></p>`
}

/** Another way to go on, beside the button of a form. */
export function wayLink(label: string, href: string): Html {
  return html`<a class="way" href="${href}">${label}</a>\n`
}

/** A link as one action among several like it. @param about as for buttons */
export function actionLink(label: string, href: string, about?: string): Html {
  return html`<a class="action" href="${href}"${about !== undefined && html` aria-label="${label}: ${about}"`}>${label}</a>`
}
