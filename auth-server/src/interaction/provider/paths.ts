// What stands in front of a provider's name in the address of its form in a visit.
export const PROVIDER = 'provider'

/** The page of a visit where name and password of a provider are typed. As a pattern unless of one provider. */
export function typedPath(provider = ':provider'): string {
  return [PROVIDER, provider, 'password'].join('/')
}
