// Redirect URIs: what may be registered, and what counts as a match (RFC 8252 §7, RFC 9700 §2.1 and §4.1.3). Pure.
import type { ApplicationKind } from '../store/database.ts'

/** How the app gets its answer: a claimed https link, a loopback listener, or a private-use scheme. */
export type RedirectKind = 'https' | 'loopback' | 'private-use'

// Spelled exactly so: 127.1, localhost and friends are other hosts to a string comparison, and that is the intention.
const LOOPBACK = /^http:\/\/(127\.0\.0\.1|\[::1\])(?::([1-9]\d{0,4}))?((?:\/[^?#]*)?(?:\?[^#]*)?)$/
/** The path is part of what is registered (RFC 8252 §8.4); two slashes are common in the field and harmless. */
const PRIVATE_USE = /^([a-z][a-z0-9+-]*(?:\.[a-z0-9+-]+)+):(\/[^?#]*)(\?[^#]*)?$/
/** RFC 3986 characters; anything else (spaces, backslash, control, non-ASCII) has no place in a redirect URI. */
const URI_CHARACTERS = /^[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]+$/

// Nobody can claim an https link to the device itself: any program there may answer it.
const ON_THIS_DEVICE = /^https?:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(?=[:/?]|$)/i

/** Tells the kind of a registered redirect URI. */
export const redirectKind = (uri: string): RedirectKind => {
  if (ON_THIS_DEVICE.test(uri)) return 'loopback'
  return uri.startsWith('https:') ? 'https' : 'private-use'
}

/** What is wrong with a redirect URI that somebody wants to register; undefined when nothing is. One helpful sentence. */
export const redirectUriProblem = (uri: string, kind: ApplicationKind): string | undefined => {
  if (uri.length > 2000) return 'A redirect URI has to be shorter than 2000 characters.'
  if (!URI_CHARACTERS.test(uri)) return 'A redirect URI holds only the ASCII characters of RFC 3986.'
  if (uri.includes('#')) return 'A redirect URI has no fragment (RFC 6749 §3.1.2).'
  if (uri.includes('*')) return 'Wildcards are not supported: register each redirect URI in full.'
  const scheme = uri.slice(0, uri.indexOf(':') + 1).toLowerCase()
  if (scheme === 'https:') return httpsProblem(uri)
  if (scheme === 'http:') {
    if (kind !== 'native') return 'Plain http is for native apps on a loopback address only; use https.'
    const [, , port] = LOOPBACK.exec(uri) ?? []
    if (!LOOPBACK.test(uri))
      return 'Plain http needs a loopback IP: http://127.0.0.1/callback or http://[::1]/callback.'
    return port === undefined
      ? undefined
      : 'Register the loopback address without a port; any port will match (RFC 8252 §7.3).'
  }
  if (kind !== 'native') return 'Private-use schemes are for native apps; use https.'
  if (!PRIVATE_USE.test(uri))
    return 'A private-use scheme is a reversed domain name and a path, such as com.example.app:/callback (RFC 8252 §7.1).'
  return undefined
}

const httpsProblem = (uri: string): string | undefined => {
  if (!URL.canParse(uri)) return 'The redirect URI is not a URL.'
  const url = new URL(uri)
  if (url.username || url.password || uri.includes('@')) return 'A redirect URI carries no user information.'
  if (url.href !== uri && url.href !== `${uri}/`) return `Write the redirect URI in its normal form: ${url.href}`
  return undefined
}

/** What is wrong with a back-channel logout URI (OpenID Connect Back-Channel Logout §2.2); undefined when nothing is. */
export const backchannelLogoutProblem = (uri: string): string | undefined => {
  if (uri.length > 2000 || !URI_CHARACTERS.test(uri) || uri.includes('#') || !URL.canParse(uri))
    return 'A back-channel logout URI is an absolute URL without fragment.'
  const { protocol, hostname, username, password } = new URL(uri)
  if (username || password) return 'A back-channel logout URI carries no user information.'
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
  if (protocol === 'https:' || (protocol === 'http:' && loopback)) return undefined
  return 'A back-channel logout URI is https; plain http is for tries on a loopback address.'
}

const withoutPort = (uri: string): string | undefined => {
  const [, host, port, rest] = LOOPBACK.exec(uri) ?? []
  return host === undefined || Number(port ?? 1) > 65535 ? undefined : `http://${host}${rest}`
}

/** Whether `candidate` is one of the registered URIs: byte for byte, but for the port of a native app's loopback. */
export const isRegistered = (candidate: string, registered: readonly string[], kind: ApplicationKind): boolean => {
  if (registered.includes(candidate)) return true
  if (kind !== 'native') return false
  const loopback = withoutPort(candidate)
  return loopback !== undefined && registered.some((uri) => withoutPort(uri) === loopback)
}

/** A redirect URI with an answer's parameters, percent-encoded (a space as %20, which every platform's URL parser decodes). */
export const withAnswer = (redirectUri: string, answer: Readonly<Record<string, string>>): string => {
  const query = Object.entries(answer).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  return query.length === 0 ? redirectUri : `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${query.join('&')}`
}
