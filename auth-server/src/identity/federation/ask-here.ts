// Providers whose people type name and password on a page of ours: what they have in common.
import { type UpstreamProtocol, type UpstreamRequest, WrongCredentials } from './provider.ts'

/** Longer than any. */
export const MAX_TYPED_NAME = 256
export const MAX_TYPED_PASSWORD = 1024

/** They lead to our own page of the visit. */
export function typedHere(issuer: string, ownOrigin: string) {
  return {
    issuer,
    leadsTo: ownOrigin,
    asksHere: true,
    async begin({ ownPage, state }: UpstreamRequest) {
      const page = new URL(ownPage)
      page.searchParams.set('state', state)
      return page
    },
  } as const satisfies Partial<UpstreamProtocol>
}

/**
 * What was typed. Nobody is asked about an empty password: a directory takes a bind without one for anonymous, and says yes
 * (RFC 4513 §5.1.2).
 * @throws {WrongCredentials}
 */
export function typedAnswer(form: URLSearchParams): Readonly<{ name: string; password: string }> {
  const [name, password] = [(form.get('name') ?? '').trim(), form.get('password') ?? '']
  const isLong = name.length > MAX_TYPED_NAME || password.length > MAX_TYPED_PASSWORD
  const isOdd = /\p{Cc}/u.test(name) || password.includes('\0')
  if (name === '' || password.trim() === '' || isLong || isOdd) throw new WrongCredentials()
  return { name, password }
}

/** Before blanks are counted: between two of them it would be a third spelling. Beside marks what RFC 4518 §2.2 names. */
const NOTHING = /[\p{M}\p{Cf}\p{Cc}\u1806\uFFFC]/gu

/** One text for all spellings that a directory may take for one name (RFC 4518 §2): guesses are counted by it. */
export function spelledOnce(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(NOTHING, '')
    .replace(/[\s\p{Z}]+/gu, ' ')
    .trim()
    .toLowerCase()
    .toUpperCase()
  // One by one: at the end of a word a sigma has another small letter. After it, what a capital was made of.
  return Array.from(plain, (sign) => sign.toLowerCase())
    .join('')
    .normalize('NFKD')
    .replace(NOTHING, '')
}
