// A name that a person types: one line that shows something and does not turn the writing around.

const UNFIT = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]+/gu
const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/u

/** The name as it is kept; undefined for what is none. @param maxLength in characters */
export function oneLine(text: string, maxLength: number): string | undefined {
  const plain = text.normalize('NFC').trim()
  return plain.isWellFormed() && VISIBLE.test(plain) && plain.search(UNFIT) < 0 && [...plain].length <= maxLength
    ? plain
    : undefined
}

/** What can be kept of it, where a name is no reason to ask again. @param maxLength in characters */
export function asOneLine(text: string, maxLength: number): string | undefined {
  const fit = text.toWellFormed().normalize('NFC').replace(UNFIT, ' ').trim()
  return oneLine([...fit].slice(0, maxLength).join(''), maxLength)
}
