// A part of a page that follows what happens elsewhere: assets/try.js asks for the page again; without script one reloads it.
import { type Html, html } from '../html.ts'
import { PageScript } from '../page-script.ts'

/**
 * @param revision what the part shows; another one puts the new part in the place of this one
 * @param withoutScript what to do without
 */
export function live(
  { revision, isWaiting, withoutScript }: Readonly<{ revision: string; isWaiting: boolean; withoutScript: string }>,
  content: Html,
): Html {
  return html`<div data-live="${revision}"${isWaiting && html` data-waiting`}>
${content}
</div>
<noscript><p class="note">${withoutScript}</p></noscript>`.running(PageScript.all.try)
}
