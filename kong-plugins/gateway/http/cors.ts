// Kong's cors: answers the preflights of browsers, and says on every other answer which sites may read it.

import { compileOrigin } from '../config/regular-expressions.ts'
import type { CorsConfig } from '../config/types.ts'
import { exitAnswer } from './answer.ts'
import type { Exchange } from './exchange.ts'
import { nginxVariable } from './header-list.ts'
import { addResponseHeader, setResponseHeader } from './response-headers.ts'

/** Without a port that goes without saying. */
function normalize(site: string): { readonly site: string; readonly host: string } {
  const [, scheme, host, port] = /^(?:([a-z0-9][a-z0-9+.-]*):)?\/\/([^/:?#]+)(?::([^/?#]*))?/i.exec(site) ?? []
  if (host === undefined) return { site, host: site }
  const usual = (scheme === 'http' && port === '80') || (scheme === 'https' && port === '443')
  return { site: `${scheme === undefined ? '' : `${scheme}://`}${host}${port && !usual ? `:${port}` : ''}`, host }
}

function isPlain(entry: string): boolean {
  return /^[A-Za-z0-9.:/-]+$/.test(entry)
}

function isListed(entry: string, asked: string): boolean {
  const { site, host } = normalize(asked)
  if (isPlain(entry)) return normalize(entry).site === site
  return compileOrigin(entry)?.test(entry.includes(':') ? site : host) === true
}

/** Writes a value; `undefined` takes the header away. */
function say({ responseHeaders }: Exchange, name: string, value: string | undefined): void {
  setResponseHeader(responseHeaders, name, value === undefined ? [] : [value])
}

function vary(exchange: Exchange, isAnswer: boolean): void {
  // The backend's own Vary stays beside ours.
  if (isAnswer) addResponseHeader(exchange.responseHeaders, 'Vary', ['Origin'])
  else say(exchange, 'Vary', 'Origin')
}

/** Says who may read. @returns whether it is everybody */
function allowOrigin({ origins = [] }: CorsConfig, exchange: Exchange, isAnswer: boolean): boolean {
  const [only, ...others] = origins
  const name = 'Access-Control-Allow-Origin'
  if (only === undefined || (only === '*' && others.length === 0)) {
    say(exchange, name, '*')
    return true
  }
  vary(exchange, isAnswer)
  if (others.length === 0 && isPlain(only)) {
    say(exchange, name, only)
    return false
  }
  const asked = nginxVariable(exchange.requestHeaders, 'origin')
  const all = asked !== undefined && origins.includes('*')
  const listed = asked !== undefined && origins.some((entry) => isListed(entry, asked))
  say(exchange, name, all ? '*' : listed ? normalize(asked).site : undefined)
  return all
}

function allowCredentials({ credentials }: CorsConfig, exchange: Exchange, all: boolean, isAnswer: boolean): void {
  if (credentials !== true) return
  const asked = nginxVariable(exchange.requestHeaders, 'origin')
  if (all && asked === undefined) return
  if (all) {
    vary(exchange, isAnswer)
    say(exchange, 'Access-Control-Allow-Origin', asked)
  }
  say(exchange, 'Access-Control-Allow-Credentials', 'true')
}

function isPreflight({ method, requestHeaders }: Exchange): boolean {
  return method === 'OPTIONS' && requestHeaders.has('origin') && requestHeaders.has('access-control-request-method')
}

/** Answers a preflight, unless it is to go on. */
export function corsAccess(config: CorsConfig, exchange: Exchange): void {
  if (!isPreflight(exchange) || config.preflight_continue === true) return
  const all = allowOrigin(config, exchange, false)
  allowCredentials(config, exchange, all, false)
  const { headers = [], methods = [], max_age: maxAge } = config
  const asked = nginxVariable(exchange.requestHeaders, 'access_control_request_headers')
  say(exchange, 'Access-Control-Allow-Headers', headers.length > 0 ? headers.join(',') : asked)
  say(exchange, 'Access-Control-Allow-Methods', methods.join(','))
  if (maxAge !== undefined) say(exchange, 'Access-Control-Max-Age', String(maxAge))
  const wantsPrivate = nginxVariable(exchange.requestHeaders, 'access_control_request_private_network') === 'true'
  if (config.private_network === true && wantsPrivate) say(exchange, 'Access-Control-Allow-Private-Network', 'true')
  exchange.answer = exitAnswer(exchange, 200, undefined, new Map())
}

/** Adds what browsers need on every other answer, the gateway's own included. */
export function corsHeaderFilter(config: CorsConfig, exchange: Exchange): void {
  if (isPreflight(exchange)) return
  const all = allowOrigin(config, exchange, true)
  allowCredentials(config, exchange, all, true)
  const { exposed_headers: exposed = [] } = config
  if (exposed.length > 0) say(exchange, 'Access-Control-Expose-Headers', exposed.join(','))
}
