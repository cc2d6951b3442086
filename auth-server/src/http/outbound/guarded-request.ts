// One request to an address that somebody else chose: to the public internet only, short, and never led elsewhere (SSRF).
import { lookup as resolve } from 'node:dns'
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { withoutBrackets } from '@mobile-api-gateway/sdk/network.ts'
import { inSpan, type OpenSpan } from '@mobile-api-gateway/sdk/tracing/span.ts'
import { TRACEPARENT } from '@mobile-api-gateway/sdk/tracing/traceparent.ts'
import { isLoopbackAddress, isLoopbackHost, isPublicAddress } from './public-address.ts'

/** Thrown for an address where no request may go. */
export class ForbiddenAddress extends Error {
  override name = 'ForbiddenAddress'
}

const MAX_HEADER_BYTES = 8 * 1024

export interface OutboundOptions {
  /** For everything from the name to the last byte that is read. */
  readonly timeoutMillis: number
  /** Lets plain http and loopback addresses pass; for a server that runs on loopback itself. */
  readonly allowLoopback: boolean
  /** Hosts that the operator has named: they may be anywhere, and without TLS. */
  readonly trustedHosts?: readonly string[]
  /**
   * The origin that the operator has named for that of the address: it is connected to instead, wherever it is. What is
   * sent, and the certificate that is asked for, stay those of the address.
   */
  readonly reachedAt?: string
  /**
   * Whoever is there learns which trace the request is part of. Not for strangers, such as identity providers: to them, and
   * whoever sees what they get, the ids would tell which requests of ours belong together.
   */
  readonly continuesTrace?: boolean
  readonly signal?: AbortSignal
}

type SpannedOptions = OutboundOptions & Readonly<{ span: OpenSpan | undefined }>

/** What is sent. */
export interface OutboundMessage {
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/**
 * Sends one request and hands its answer to `read`; when that has what it wants, the connection is cut. Redirects are not
 * followed. The address that was judged is the one that is connected to, so that a name cannot change its mind in between
 * (DNS rebinding).
 * @throws {ForbiddenAddress}, or what `read`, the network or the time limit says.
 */
export async function guardedRequest<T>(
  address: string,
  message: OutboundMessage,
  options: OutboundOptions,
  read: (response: IncomingMessage) => T | Promise<T>,
): Promise<T> {
  const asked = new URL(address)
  const facts = () => ({
    'http.request.method': message.method,
    'server.address': asked.hostname,
    'server.port': Number(asked.port) || (asked.protocol === 'https:' ? 443 : 80),
  })
  return inSpan(message.method, { kind: 'client', facts }, (span) => send(asked, message, { ...options, span }, read))
}

async function send<T>(
  asked: URL,
  { method, headers, body = '' }: OutboundMessage,
  { timeoutMillis, allowLoopback, trustedHosts = [], reachedAt, continuesTrace, signal, span }: SpannedOptions,
  read: (response: IncomingMessage) => T | Promise<T>,
): Promise<T> {
  const url = reachedAt === undefined ? asked : movedTo(reachedAt, asked)
  const { isSecure, lookup } = guardOf(url, { allowLoopback, trustedHosts, isNamed: reachedAt !== undefined })

  const limit = AbortSignal.timeout(timeoutMillis)
  const options: RequestOptions = {
    method,
    // Node asks for the certificate of whom this header names.
    headers: {
      host: asked.host,
      ...headers,
      ...(span && continuesTrace && { [TRACEPARENT]: span.traceparent }),
      ...(method === 'POST' && { 'content-length': Buffer.byteLength(body) }),
    },
    agent: false,
    maxHeaderSize: MAX_HEADER_BYTES,
    signal: signal ? AbortSignal.any([signal, limit]) : limit,
    lookup,
  }
  const response = await new Promise<IncomingMessage>((fulfil, reject) => {
    const request = (isSecure ? httpsRequest : httpRequest)(url, options, fulfil)
    request.on('error', reject)
    request.end(body)
  })
  // Cut off later, it tells whoever reads it; who does not read it has what they want.
  response.on('error', () => {})
  span?.tell({ 'http.response.status_code': response.statusCode ?? 0 })
  try {
    return await read(response)
  } finally {
    response.destroy()
  }
}

/**
 * Where a connection to an address may go, and whether by TLS. A literal address is connected to without a lookup, so it is
 * judged here.
 * @throws {ForbiddenAddress}
 */
export function guardOf(
  { protocol, hostname }: URL,
  {
    allowLoopback,
    trustedHosts = [],
    isNamed = false,
  }: Pick<OutboundOptions, 'allowLoopback' | 'trustedHosts'> & Readonly<{ isNamed?: boolean }>,
): Readonly<{ isSecure: boolean; lookup: LookupFunction }> {
  const host = withoutBrackets(hostname)
  const isTrusted = (isNamed || trustedHosts.includes(host)) && /^https?:$/.test(protocol)
  const mayConnect = (ip: string): boolean =>
    isTrusted || isPublicAddress(ip) || (allowLoopback && isLoopbackAddress(ip))
  const isSecure = protocol === 'https:'
  if (!isSecure && !isTrusted && !(allowLoopback && protocol === 'http:' && isLoopbackHost(hostname)))
    throw new ForbiddenAddress(`${protocol} is not https`)
  if (isIP(host) !== 0 && !mayConnect(host)) throw new ForbiddenAddress(`${host} is not public`)
  return { isSecure, lookup: judgingLookup(mayConnect) }
}

function movedTo(origin: string, { pathname, search }: URL): URL {
  // Not as a reference: one that begins with // would name a host.
  return Object.assign(new URL(origin), { pathname, search })
}

/**
 * Resolves a name and hands on only addresses that may be connected to; one forbidden address condemns the name.
 * Not by request-filtering-agent, which does the same: it takes all of IPv6 that nobody was given yet for public, and its
 * errors have no type, but a forbidden address is to be tried no second time.
 */
function judgingLookup(mayConnect: (ip: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? []
      const forbidden = (addresses ?? []).find(({ address }) => !mayConnect(address))
      const problem = error ?? (forbidden && new ForbiddenAddress(`${hostname} resolves to ${forbidden.address}`))
      if (problem || !first) callback(problem ?? new Error(`${hostname} has no address`), '')
      else if (options.all) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }
}
