// Texts of a document that strangers wrote, as a page may show them: bounded, and without what hides or turns writing. Pure.

const MAX_NAME = 200
const MAX_PROSE = 4000

/** A name in one line; what cannot be seen in it is spelled out. */
export function plainName(text: string): string {
  const visible = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (letter) => `⟨U+${hexOf(letter)}⟩`)
  return cut(visible, MAX_NAME)
}

/** Prose of several lines. Joiners stay: words of several languages, and emoji, are written with them. */
export function plainProse(text: string, most = MAX_PROSE): string {
  const visible = text
    .replaceAll('\r\n', '\n')
    .replace(/[\p{Zl}\p{Zp}]/gu, '\n')
    .replace(/(?![\n\t\u200c\u200d])[\p{Cc}\p{Cf}]/gu, '')
  return cut(visible.trim(), most)
}

function cut(text: string, most: number): string {
  const letters = text.length > most ? [...text.slice(0, 2 * most)] : []
  return letters.length > most ? `${letters.slice(0, most).join('')}…` : text
}

function hexOf(letter: string): string {
  return (letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
}
