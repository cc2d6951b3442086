// The second half of a message: what the writer probably meant, or what would be right.
import { nearest } from '@mobile-api-gateway/sdk/nearest.ts'

export { nearest }

/** Kong's patterns that people meet most, in words. */
const WORDS: Readonly<Record<string, string>> = {
  'must not match the Lua pattern //': 'must not contain //',
  'must not match the Lua pattern ^[Hh][Oo][Ss][Tt]$': 'goes into hosts',
  'must match one of the Lua patterns ^/ ^~/': 'must start with / (a prefix) or with ~/ (a regular expression)',
  'must match the Lua pattern ^%u+$': 'must be a method in capital letters',
  'must match one of the Lua patterns ^%*%. %.%*$ ^[^*]*$': 'may have a * only as its first or its last label',
  'must match the Lua pattern ^[^*]*%*?[^*]*$': 'may have one * only',
}

/** The same in plainer words, where there are some. */
export function sayPlainly(text: string): string {
  return WORDS[text] ?? text
}

/** More than these are not worth reading out. */
const MOST_NAMES = 12

/** What to write for a name that is none of the known ones. */
export function sayKnown(name: string, known: readonly string[]): string {
  const near = nearest(name, known)
  if (near !== undefined) return near
  return known.length > 0 && known.length <= MOST_NAMES ? `one of ${known.join(', ')}` : `nothing: leave ${name} out`
}

/** Turns what is wrong with a value into what to write. */
export function sayInstead(path: readonly (string | number)[], text: string): string {
  const key = path.findLast((step) => typeof step === 'string') ?? ''
  const write = key === '' ? '' : `${key}: `
  if (text === 'is required' || text.startsWith('needs '))
    return text === 'is required' ? `${write}…` : text.replace(/^needs /, '')
  if (text.startsWith('must not be set')) return `nothing: leave ${key} out`
  if (text.startsWith('must not be ')) return `another ${key}`
  if (text.startsWith('must be ')) return `${write}<${text.slice('must be '.length).replace(/ \(.*\)$/s, '')}>`
  return `${write}<it ${text}>`
}
