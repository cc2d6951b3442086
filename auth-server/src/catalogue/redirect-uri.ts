// Redirect URIs: what may be registered, and what counts as a match (RFC 8252 §7, RFC 9700 §2.1 and §4.1.3). Pure.

import { isIP } from 'node:net'
import { type NamedRefusal, refusal } from '@mobile-api-gateway/sdk/contract/refusals.ts'
import { withoutBrackets } from '@mobile-api-gateway/sdk/network.ts'
import {
  isLoopbackAddress,
  isLoopbackHost,
  isPrivateAddress,
  isPublicAddress,
} from '../http/outbound/public-address.ts'
import type { ApplicationKind } from '../store/tables/applications.ts'

/**
 * How the app gets its answer: by an https link that the owner of a domain name gives to one app (`https`), by one that
 * nobody can give away (`unclaimed`), by a loopback listener, or by a private-use scheme.
 */
export type RedirectKind = 'https' | 'unclaimed' | 'loopback' | 'private-use'

// Spelled exactly so: 127.1, localhost and friends are other hosts to a string comparison, and that is the intention.
const LOOPBACK = /^http:\/\/(127\.0\.0\.1|\[::1\])(?::([1-9]\d{0,4}))?((?:\/[^?#]*)?(?:\?[^#]*)?)$/
/** The path is part of what is registered (RFC 8252 §8.4); two slashes are common in the field and harmless. */
const PRIVATE_USE = /^([a-z][a-z0-9+-]*(?:\.[a-z0-9+-]+)+):(\/[^?#]*)(\?[^#]*)?$/
/** RFC 3986 characters; anything else (spaces, backslash, control, non-ASCII) has no place in a redirect URI. */
const URI_CHARACTERS = /^[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]+$/

// Domains that nobody owns: on the device, in the network that it happens to be in, or nowhere (RFC 6761, RFC 6762 and
// its appendix G, RFC 8375, ICANN's reservation of .internal; .localdomain stands in the hosts file of many systems).
const WITHOUT_OWNER =
  /(^|\.)(localhost|localdomain|local|internal|intranet|private|corp|home|lan|arpa|test|invalid|example|alt|onion)$/

/**
 * Tells the kind of a redirect URI, also of one that was registered when the rules were others. A link is claimed by a
 * file at a host name (assetlinks.json, apple-app-site-association), and a certificate tells who owns the name: there is
 * neither for an address, nor for a name that means something else in each network. The parser has settled by then how
 * the host was spelled (0x7f.1, ::ffff:127.0.0.1, capital or full-width letters).
 */
export function redirectKind(uri: string): RedirectKind {
  if (!URL.canParse(uri)) return 'private-use'
  const { protocol, hostname } = new URL(uri)
  if (protocol === 'http:') return 'loopback'
  if (protocol !== 'https:') return 'private-use'
  const name = hostname.replace(/\.+$/, '')
  const isOwned = name.includes('.') && isIP(name) === 0 && !name.startsWith('[') && !WITHOUT_OWNER.test(name)
  return isOwned ? 'https' : 'unclaimed'
}

/** What an answer says (RFC 6749 §4.1.2, RFC 9207 §2, JARM §2.3): once, and only ever by this server. */
const ANSWER_PARAMETERS = [
  'code',
  'state',
  'iss',
  'error',
  'error_description',
  'error_uri',
  'response',
  'session_state',
]

/** The parameter of an answer that a redirect URI has in its own query. */
function answerIn(uri: string): string | undefined {
  const query = new URLSearchParams(uri.includes('?') ? uri.slice(uri.indexOf('?')) : '')
  return ANSWER_PARAMETERS.find((name) => query.has(name))
}

/** What is wrong with a redirect URI that somebody wants to register; undefined when nothing is. One helpful sentence. */
export function redirectUriProblem(uri: string, kind: ApplicationKind): NamedRefusal | undefined {
  if (uri.length > 2000) return refusal('redirect_long')
  if (!URI_CHARACTERS.test(uri)) return refusal('redirect_characters')
  if (uri.includes('#')) return refusal('redirect_fragment')
  if (uri.includes('*')) return refusal('redirect_wildcard')
  const said = answerIn(uri)
  if (said !== undefined) return refusal('redirect_answer', said)
  const scheme = uri.slice(0, uri.indexOf(':') + 1).toLowerCase()
  if (scheme === 'https:') return httpsProblem(uri)
  if (scheme === 'http:') {
    if (kind !== 'native') return refusal('redirect_http_native')
    const [, , port] = LOOPBACK.exec(uri) ?? []
    if (!LOOPBACK.test(uri)) return refusal('redirect_http_loopback')
    return port === undefined ? undefined : refusal('redirect_port')
  }
  if (kind !== 'native') return refusal('redirect_scheme_native')
  if (!PRIVATE_USE.test(uri)) return refusal('redirect_scheme')
  return undefined
}

function httpsProblem(uri: string): NamedRefusal | undefined {
  if (!URL.canParse(uri)) return refusal('redirect_url')
  const url = new URL(uri)
  if (url.username || url.password || uri.includes('@')) return refusal('redirect_user')
  if (url.href !== uri && url.href !== `${uri}/`) return refusal('redirect_normal', url.href)
  if (url.hostname.endsWith('.')) return refusal('redirect_dot')
  const address = withoutBrackets(url.hostname)
  // Neither 0.0.0.0 nor another spelling of an IPv4 address (::ffff:7f00:1, NAT64, 6to4) is a place to send a person.
  if (isIP(address) !== 0 && ![isPublicAddress, isPrivateAddress, isLoopbackAddress].some((fits) => fits(address)))
    return refusal('redirect_address')
  return undefined
}

/** What is wrong with a back-channel logout URI (OpenID Connect Back-Channel Logout §2.2); undefined when nothing is. */
export function backchannelLogoutProblem(uri: string): NamedRefusal | undefined {
  if (uri.length > 2000 || !URI_CHARACTERS.test(uri) || uri.includes('#') || !URL.canParse(uri))
    return refusal('logout_uri')
  const { protocol, hostname, username, password } = new URL(uri)
  if (username || password) return refusal('logout_uri_user')
  if (protocol === 'https:' || (protocol === 'http:' && isLoopbackHost(hostname))) return undefined
  return refusal('logout_uri_https')
}

function withoutPort(uri: string): string | undefined {
  const [, host, port, rest] = LOOPBACK.exec(uri) ?? []
  return host === undefined || Number(port ?? 1) > 65535 ? undefined : `http://${host}${rest}`
}

/** Whether `candidate` is one of the registered URIs: byte for byte, but for the port of a native app's loopback. */
export function isRegistered(candidate: string, registered: readonly string[], kind: ApplicationKind): boolean {
  if (registered.includes(candidate)) return true
  if (kind !== 'native') return false
  const loopback = withoutPort(candidate)
  return loopback !== undefined && registered.some((uri) => withoutPort(uri) === loopback)
}

/** A redirect URI with an answer's parameters, percent-encoded (a space as %20, which every platform's URL parser decodes). */
export function withAnswer(redirectUri: string, answer: Readonly<Record<string, string>>): string {
  const query = Object.entries(answer).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  return query.length === 0 ? redirectUri : `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${query.join('&')}`
}

/** Where a redirect URI leads, for people: its host, or the scheme of an app's own. */
export function redirectHost(uri: string): string {
  if (!/^https?:/.test(uri) || !URL.canParse(uri)) return uri.slice(0, uri.indexOf(':'))
  return new URL(uri).host
}
