// The round mark at the head of a page: the app's initial, for an app has no logo here. Decoration, so hidden from screen readers.
import { type Html, html } from './html.ts'

const characters = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** The first character that a person sees in `name`, as a capital; empty for an empty name. */
export function initialOf(name: string): string {
  const [first] = characters.segment(name.trim())
  return (first?.segment ?? '').toLocaleUpperCase('en')
}

export function appMark(applicationName: string): Html {
  return html`<div class="mark" aria-hidden="true">${initialOf(applicationName)}</div>`
}
