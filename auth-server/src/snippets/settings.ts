// What an app is told of itself and of the servers, and what follows from it on a phone.
import { isLoopbackHost } from '../http/outbound/public-address.ts'

/** A registered app, as its code has to know it. */
export interface SnippetSettings {
  readonly clientId: string
  readonly issuer: string
  readonly redirectUris: readonly string[]
  readonly scopes: readonly string[]
  /** The API: its resource URI, under which the gateway serves it. */
  readonly resource: string
}

/** The same with the one redirect URI that a phone opens in the app. */
export interface PhoneSettings extends SnippetSettings {
  readonly redirectUri: string
  /** Letters, digits, `+`, `-` and dots alone; `https` where a link of a website opens the app. */
  readonly scheme: string
  /** Names or addresses of the servers that are reached by plain http. */
  readonly plainHosts: readonly string[]
  /** Ports of this machine that a phone has to be given. */
  readonly loopbackPorts: readonly string[]
}

// As redirect-uri.ts registers them (RFC 8252 §7.1).
const PRIVATE_USE = /^([a-z][a-z0-9+-]*(?:\.[a-z0-9+-]+)+):\//

/**
 * @param takesLinks whether the platform's library is known to take a link of a website, where no scheme is the app's own
 * @returns undefined where no redirect URI opens the app.
 */
export function phoneSettings(settings: SnippetSettings, takesLinks: boolean): PhoneSettings | undefined {
  const links = takesLinks ? settings.redirectUris.filter((uri) => uri.startsWith('https://') && URL.canParse(uri)) : []
  const redirectUri = settings.redirectUris.find((uri) => PRIVATE_USE.test(uri)) ?? links[0]
  if (redirectUri === undefined) return undefined
  const plain = [settings.issuer, settings.resource].flatMap((address) => {
    const url = URL.parse(address)
    return url?.protocol === 'http:' ? [url] : []
  })
  return {
    ...settings,
    redirectUri,
    scheme: PRIVATE_USE.exec(redirectUri)?.[1] ?? 'https',
    plainHosts: [...new Set(plain.map(({ hostname }) => hostname))],
    loopbackPorts: [...new Set(plain.filter((url) => isLoopbackHost(url.hostname)).map(({ port }) => port || '80'))],
  }
}
