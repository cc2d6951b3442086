// Names that people type for a directory or a system of the operator's own, in one spelling: guesses are counted by it.
import { domainToUnicode } from 'node:url'
import { MAX_TYPED_NAME } from './ask-here.ts'

/** Before blanks are counted: between two of them it would be a third spelling. Beside marks what RFC 4518 §2.2 names. */
const NOTHING = /[\p{M}\p{Cf}\p{Cc}\p{DI}\u1806\uFFFC]/gu
/** What other signs may stand for where a system compares names as people read them (UCA): letters, and digits of every script. */
const ALIKE = ['', ...'0123456789abcdefghijklmnopqrstuvwxyz', 'ae', 'oe'] as const
const KATAKANA = /[\u30A1-\u30F6]/
const TO_HIRAGANA = 0x60

let collator: Intl.Collator | undefined

/**
 * One text for all spellings that a directory (RFC 4518 §2), a database that compares by sound of the letters, or a mail
 * system with its aliases may take for one name. Names that others tell apart may become one by it: then they share
 * their attempts, and nothing else.
 */
export function spelledOnce(name: string): string {
  // Nobody is asked about such a one: all of them are one name, for each sign costs a look at the whole alphabet.
  if (name.trim().length > MAX_TYPED_NAME) return ''
  const plain = fold(name)
  const at = plain.lastIndexOf('@')
  if (at < 1) return plain
  // The domain as people read it; of the mailbox what a mail system delivers to one person.
  const domain = fold(domainToUnicode(plain.slice(at + 1).replace(/\.$/, '')) || plain.slice(at + 1))
  const mailbox = plain.slice(0, at)
  return `${mailbox.replace(/(?<=.)\+.*$/, '').replaceAll('.', '') || mailbox}@${domain}`
}

function fold(text: string): string {
  const plain = text
    .normalize('NFKD')
    .replace(NOTHING, '')
    .replace(/[\s\p{Z}]+/gu, ' ')
    .trim()
    .toLowerCase()
    .toUpperCase()
  // One by one: at the end of a word a sigma has another small letter. After it, what a capital was made of.
  const small = Array.from(plain, (sign) => sign.toLowerCase())
    .join('')
    .normalize('NFKD')
    .replace(NOTHING, '')
  const known = new Map<string, string>()
  return small.replace(/[^\0-\x7f]/gu, (sign) => {
    const stands = known.get(sign) ?? alikeOf(sign)
    known.set(sign, stands)
    return stands
  })
}

function alikeOf(sign: string): string {
  if (KATAKANA.test(sign)) return String.fromCodePoint((sign.codePointAt(0) ?? 0) - TO_HIRAGANA)
  collator ??= new Intl.Collator('en', { sensitivity: 'base' })
  return ALIKE.find((each) => collator?.compare(each, sign) === 0) ?? sign
}
