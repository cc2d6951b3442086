// A name that a person types: one line that shows something and does not turn the writing around.

const LINE = /^(?=.*[\p{L}\p{N}\p{P}\p{S}])[^\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]+$/u

/** The name as it is kept; undefined for what is none. @param maxLength in characters */
export function oneLine(text: string, maxLength: number): string | undefined {
  const plain = text.normalize('NFC').trim()
  return LINE.test(plain) && [...plain].length <= maxLength ? plain : undefined
}
