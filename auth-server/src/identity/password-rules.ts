// Which passwords may be chosen (NIST SP 800-63B-4 §3.1.1): long ones that nobody tries first; of what characters is the person's affair.
/// <reference path="./common-password-list.d.ts" />

/** Characters, as a person counts them. */
export const MIN_PASSWORD_LENGTH = 10
/** Far beyond any passphrase; what is longer is somebody testing us. */
export const MAX_PASSWORD_LENGTH = 256

/** Why one cannot be chosen. */
export type PasswordProblem = 'tooShort' | 'tooLong' | 'common' | 'personal'

/** Letters and digits that a word of the context has to leave over. */
const MIN_REST = 6
/** Shorter words stand in too many others. */
const MIN_WORD = 4
/** Different characters at least: `aaaaaaaaaa` is long and no secret. */
const MIN_DIFFERENT = 5

/**
 * @param words that an attacker would try first: of the app, of the operator, of the person's address and name
 * @param isCommon whether it is among those that are tried most, in small letters
 */
export function passwordProblem(
  password: string,
  { words, isCommon }: Readonly<{ words: readonly string[]; isCommon: (password: string) => boolean }>,
): PasswordProblem | undefined {
  const text = password.normalize('NFKC')
  const characters = [...text]
  if (characters.length < MIN_PASSWORD_LENGTH) return 'tooShort'
  if (characters.length > MAX_PASSWORD_LENGTH) return 'tooLong'
  const small = text.toLowerCase()
  if (new Set(small).size < MIN_DIFFERENT || isCommon(small)) return 'common'
  const rest = contextWords(words)
    .reduce((left, word) => left.replaceAll(word, ''), small)
    .replace(/[^\p{L}\p{N}]/gu, '')
  const isTouched = rest.length < small.replace(/[^\p{L}\p{N}]/gu, '').length
  return isTouched && [...rest].length < MIN_REST ? 'personal' : undefined
}

/** The words of the context, each by itself, the longest first. */
function contextWords(texts: readonly string[]): readonly string[] {
  const words = texts.flatMap((text) =>
    text
      .normalize('NFKC')
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u),
  )
  return [...new Set(words)].filter((word) => word.length >= MIN_WORD).toSorted((a, b) => b.length - a.length)
}

/** Loaded when the first password is chosen: 50,000 words (SecLists, CC BY-SA 3.0) that a start need not wait for. */
export async function loadCommonPasswords(): Promise<(password: string) => boolean> {
  const { default: list } = await import('fxa-common-password-list')
  return (password) => list.test(password)
}
