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
