// The round mark at the head of a page: an app's initial, or what the page says in one sign. Decoration, so hidden from screen readers.
import { type Html, html } from '../html.ts'

const CHARACTERS = new Intl.Segmenter('en', { granularity: 'grapheme' })
const SIGNS = { good: '✓', warn: '!', bad: '!' } as const

/** The first character that a person sees in `name`, as a capital; empty for an empty name. */
export function initialOf(name: string): string {
  const [first] = CHARACTERS.segment(name.trim())
  return (first?.segment ?? '').toLocaleUpperCase('en')
}

/** @param looks its colour, which the page takes on, and the address of its logo */
export function appMark(
  applicationName: string,
  looks: Readonly<{ color: string | null; logo: string | null }> = { color: null, logo: null },
): Html {
  const { color, logo } = looks
  const mark =
    logo === null
      ? html`<div class="mark" aria-hidden="true">${initialOf(applicationName)}</div>`
      : html`<img class="mark logo" src="${logo}" alt="">`
  return mark.branded({ color, hasImage: logo !== null })
}

/** It is done; it cannot go on; it went wrong. */
export function signMark(kind: keyof typeof SIGNS): Html {
  return html`<div class="mark ${kind}" aria-hidden="true">${SIGNS[kind]}</div>`
}
