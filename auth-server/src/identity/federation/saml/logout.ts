// Single logout of SAML (Profiles §4.4): what a provider is told when somebody signs out here, and what it tells us; by browsers, signed by both.
import { sign } from 'node:crypto'
import type { SamlConfig } from '@node-saml/node-saml'
import { type BroughtMessage, isKeepable, type ProviderLogout, type UpstreamIdentity } from '../provider.ts'
import { type ExpectedLogout, readLogoutRequest } from './logout-request.ts'
import type { NameId } from './name-id.ts'
import type { ToldAssertion } from './subject.ts'

/** What a session keeps of the assertion that opened it; nothing where nobody could be named later. */
export function keptOfSession({
  nameId,
  sessionIndex,
}: Pick<ToldAssertion, 'nameId' | 'sessionIndex'>): Partial<UpstreamIdentity> {
  if (!nameId || !isKeepable(nameId.value)) return {}
  const isNamed = isKeepable(sessionIndex)
  return {
    sessionSubject: nameId.value,
    ...(isNamed && { sessionId: sessionIndex }),
    logoutHint: JSON.stringify({ ...nameId, ...(isNamed && { sessionIndex }) }),
  }
}

type Kept = NameId & Readonly<{ sessionIndex?: string }>

/**
 * Signs anew with what the provider wants to have back: the library signs some characters in another spelling than it sends,
 * and browsers have a spelling of their own for one.
 */
function withRelayState(address: URL, relayState: string, key: string): URL {
  const { searchParams } = address
  const [document, algorithm] = ['SAMLResponse', 'SigAlg'].map((name) => searchParams.get(name) ?? '')
  const octets = Object.entries({ SAMLResponse: document, RelayState: relayState, SigAlg: algorithm })
    .map(([name, value = '']) => `${name}=${encodeURIComponent(value).replaceAll("'", '%27')}`)
    .join('&')
  const signature = sign('sha256', Buffer.from(octets), key).toString('base64')
  for (const name of ['SAMLResponse', 'SigAlg', 'Signature']) searchParams.delete(name)
  const own = searchParams.size > 0 ? `${searchParams}&` : ''
  return new URL(`?${own}${octets}&Signature=${encodeURIComponent(signature)}`, address)
}

/** @param signOutUrl the provider's SingleLogoutService */
export function openSamlLogout(
  options: SamlConfig,
  signOutUrl: string,
  expected: ExpectedLogout,
  { knock }: Readonly<{ knock: (address: string, forWhom: 'browsers') => Promise<void> }>,
): ProviderLogout {
  const client = async () => {
    const { SAML } = await import('@node-saml/node-saml')
    return new SAML({ ...options, logoutUrl: signOutUrl })
  }
  const { origin, pathname } = new URL(signOutUrl)
  return {
    leadsTo: () => origin + pathname,
    async begin({ hint, state }) {
      await knock(signOutUrl, 'browsers')
      const { value, format, nameQualifier, spNameQualifier, sessionIndex }: Kept = JSON.parse(hint)
      const user = {
        issuer: expected.entityId,
        nameID: value,
        nameIDFormat: format,
        ...(nameQualifier !== undefined && { nameQualifier }),
        ...(spNameQualifier !== undefined && { spNameQualifier }),
        ...(sessionIndex !== undefined && { sessionIndex }),
      }
      return new URL(await (await client()).getLogoutUrlAsync(user, state, {}))
    },
    brought: {
      read: (message: BroughtMessage) => readLogoutRequest(message, expected),
      async answer({ id }, relayState) {
        const asked = { ID: id, issuer: expected.entityId, nameID: '', nameIDFormat: '' }
        const address = new URL(await (await client()).getLogoutResponseUrlAsync(asked, '', {}, true))
        return relayState === '' ? address : withRelayState(address, relayState, String(options.privateKey))
      },
    },
  }
}
