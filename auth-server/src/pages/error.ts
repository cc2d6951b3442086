// The page for what cannot be sent back to the app.

import type { Page } from './frame.ts'
import { html } from './html.ts'

// Errors written for integrators start small and end open, often with a parameter's name, which keeps its spelling.
function asSentence(text: string): string {
  return text
    .replace(/^[a-z]+(?=[ ',;])/, (word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`)
    .replace(/[^.?!]$/, '$&.')
}

/** @param what what went wrong, in one sentence for whoever looks at the page. */
export function errorPage(what: string): Page {
  return {
    title: 'That did not work',
    body: html`<div class="mark alarm" aria-hidden="true">!</div>
<h1>That did not work</h1>
<p>${asSentence(what)}</p>
<p class="note">If you did not expect this page, close it and go back to the app.</p>`,
  }
}
