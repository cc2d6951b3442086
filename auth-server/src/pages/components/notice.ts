// What a page has to say beside its text: what went wrong, what is good to know, and what only developers can use.
import { type Html, html } from '../html.ts'

/** Announced by screen readers when the page comes; fields point at it by its id. */
export function problemNotice(id: string, text: string): Html {
  return html`<p class="problem" id="${id}" role="alert">${text}</p>`
}

export function note(text: string | Html): Html {
  return html`<p class="note">${text}</p>`
}

/** @param text always English, as everything that we tell developers. */
export function developerNotice(label: string, text: string): Html {
  return html`<div class="detail"><h2>${label}</h2><div lang="en"><p>${text}</p></div></div>`
}
