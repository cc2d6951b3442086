// The page for what cannot be sent back to the app.
import { html } from '../../http/html.ts'
import type { Page } from './page.ts'

export const errorPage = (sentence: string): Page => ({
  title: 'That did not work',
  body: html`<h1>That did not work</h1>
<p>${sentence}</p>
<p>If you did not expect this page, close it and go back to the app.</p>`,
})
