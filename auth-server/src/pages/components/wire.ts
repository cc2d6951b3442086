// What goes over the wire: each message with its first line, its parts one by one, and what they are for.
import { type Html, html } from '../html.ts'

/** A name and a value of a message, and what it is for. */
export interface WirePart {
  readonly name: string
  readonly value: string | Html
  readonly note?: string | undefined
}

export interface WireMessage {
  readonly title: string
  readonly lead: string
  /** The first line: method and address, or status. */
  readonly line?: string
  readonly content?: readonly Html[]
}

/** The id of the newest message. */
export const LAST_MESSAGE = 'newest'

export function wire(messages: readonly WireMessage[]): Html {
  return html`<ol class="wire">
${messages.map(
  (
    { title, lead, line, content = [] },
    index,
  ) => html`<li${index === messages.length - 1 && html` id="${LAST_MESSAGE}"`}>
<h3>${title}</h3>
<p>${lead}</p>
${line !== undefined && html`<p class="line"><code>${line}</code></p>\n`}${content}
</li>
`,
)}</ol>`
}

/** @param title of one group of parts, where a message has several */
export function wireParts(parts: readonly WirePart[], title?: string): Html {
  return html`${title !== undefined && html`<h4>${title}</h4>\n`}<dl class="parts">
${parts.map(
  ({ name, value, note }) => html`<div>
<dt><code>${name}</code></dt>
<dd>${typeof value === 'string' ? html`<code>${value}</code>` : value}${note !== undefined && html`<p>${note}</p>`}</dd>
</div>
`,
)}</dl>`
}

/** Text of somebody else's, as it came; it scrolls by itself where it is long. @param label for who cannot see it */
export function wireText(title: string, text: string): Html {
  return html`<h4>${title}</h4>
<pre tabindex="0" role="group" aria-label="${title}"><code>${text}</code></pre>`
}
