// The kinds of settings: from the text of an environment variable to a value, or to what is wrong with it.
import { isIP } from 'node:net'
import { isAddressOrRange, withoutBrackets } from '@mobile-api-gateway/sdk/network.ts'
import { isLoopbackHost } from '../http/outbound/public-address.ts'
import type { Parsed } from './setting.ts'

/** The ways to write yes and no. */
const SWITCH: ReadonlyMap<string, boolean> = new Map([
  ...['true', 'on', 'yes', '1'].map((word) => [word, true] as const),
  ...['false', 'off', 'no', '0'].map((word) => [word, false] as const),
])

/**
 * A whole number within bounds, both included, written in digits alone.
 * @param says the bounds for a message
 */
export function integer(
  least: number,
  most: number,
  says = ` from ${least} to ${most}`,
): (text: string) => Parsed<number> {
  return (text) =>
    /^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most
      ? { value: Number(text) }
      : { problem: `has to be a number${says}` }
}

/** Yes or no. */
export function flag(text: string): Parsed<boolean> {
  const value = SWITCH.get(text)
  return value === undefined ? { problem: 'is true or false' } : { value }
}

/**
 * One of a few words.
 * @param says the words for a message; by default a list of them
 */
export function oneOf<Word extends string>(
  words: readonly Word[],
  says = `one of ${words.join(', ')}`,
): (text: string) => Parsed<Word> {
  return (text) => {
    const value = words.find((word) => word === text)
    return value === undefined ? { problem: `is ${says}` } : { value }
  }
}

/** A host name or address to listen on; an IPv6 address also as it stands in a URL, in brackets. */
export function host(text: string): Parsed<string> {
  return { value: withoutBrackets(text) }
}

/** Labels as certificates, cookies and policies have them (RFC 1123 §2.1); the URL Standard lets a host hold far more. */
const PLAIN_HOST = /^(?=.{1,253}$)[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?(?:\.[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?)*$/

/** The public origin of a server (RFC 8414 §2): https, or http on this machine. */
export function origin(text: string): Parsed<string> {
  if (!URL.canParse(text)) return { problem: 'is not a URL; use something like https://login.example.com' }
  const url = new URL(text)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopbackHost(url.hostname)))
    return { problem: 'has to be https; plain http is accepted on localhost only' }
  if (url.origin !== text) return { problem: `has to be an origin without path or trailing slash; use ${url.origin}` }
  if (!PLAIN_HOST.test(url.hostname) && isIP(withoutBrackets(url.hostname)) === 0)
    return {
      problem: 'has a host with other parts than letters, digits and hyphens between dots, as every client takes them',
    }
  return { value: text }
}

const DATABASE_EXAMPLE = 'use something like postgresql://user:password@host:5432/auth'

/** The address of a PostgreSQL database. It may hold a password, so no message repeats it. */
export function databaseUrl(text: string): Parsed<string> {
  if (!text) return { problem: `is missing; ${DATABASE_EXAMPLE}` }
  if (URL.canParse(text) && /^postgres(ql)?:\/\//.test(text)) return { value: text }
  return { problem: `is not a PostgreSQL URL; ${DATABASE_EXAMPLE}` }
}

/** The same, or nothing. */
export function optionalDatabaseUrl(text: string): Parsed<string | undefined> {
  return text ? databaseUrl(text) : { value: undefined }
}

/** Where to listen. */
export interface ListenAddress {
  readonly host: string
  readonly port: number
}

/** `PORT`, `HOST:PORT` or `[IPv6]:PORT`, or nothing. Without a host only this machine is listened to. */
export function optionalListenAddress(text: string): Parsed<ListenAddress | undefined> {
  if (!text) return { value: undefined }
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-fA-F:]+)\]:|([^:[\]\s]*):)?(\d{1,5})$/.exec(text) ?? []
  const port = Number(digits)
  return digits === undefined || port > 65_535
    ? { problem: 'is an address to listen on, like 127.0.0.1:9465' }
    : { value: { host: bracketed ?? (plain || '127.0.0.1'), port } }
}

/** Addresses and CIDR ranges, with commas or blanks between them. */
export function addressRanges(text: string): Parsed<readonly string[]> {
  const ranges = text.split(/[\s,]+/).filter((range) => range !== '')
  return ranges.every(isAddressOrRange)
    ? { value: Object.freeze(ranges) }
    : { problem: 'lists addresses or ranges, like 10.0.0.0/8, 192.168.1.5' }
}

/** Hosts, as they stand in URLs. */
export function hostNames(text: string): Parsed<readonly string[]> {
  const hosts = text.split(/[\s,]+/).filter((name) => name !== '')
  const plain = hosts.map((name) => withoutBrackets(name.toLowerCase()))
  return plain.every((name) => PLAIN_HOST.test(name) || isIP(name) !== 0)
    ? { value: Object.freeze(plain) }
    : { problem: 'lists host names or addresses without scheme and port, like orders.internal, 10.0.0.5' }
}

/** Origins, each with the origin under which this server reaches it: `PUBLIC=REACHED`, or one for both. */
export function reachedOrigins(text: string): Parsed<ReadonlyMap<string, string>> {
  const pairs = text.split(/[\s,]+/).filter((pair) => pair !== '')
  const origins = pairs.map((pair) => {
    const [known = '', reached = known, ...more] = pair.split('=')
    return more.length === 0 && isHttpOrigin(known) && isHttpOrigin(reached) ? ([known, reached] as const) : undefined
  })
  return origins.every((pair) => pair !== undefined)
    ? { value: new Map(origins) }
    : {
        problem:
          'lists origins without path or trailing slash, each with where it is reached, like ' +
          'https://api.example.com=http://kong:8000',
      }
}

function isHttpOrigin(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && /^https?:$/.test(url.protocol) && url.origin === text
}

/**
 * 32 random bytes or more, in base64url. No message repeats them.
 * @param purpose what the secret does, for the message
 */
export function secretBytes(purpose: string): (text: string) => Parsed<string> {
  return (text) =>
    Buffer.from(text, 'base64url').length >= 32
      ? { value: text }
      : {
          problem: `(${purpose}) has to hold 32 random bytes in base64url; make one with: openssl rand -base64 32 | tr '+/' '-_' | tr -d '='`,
        }
}
