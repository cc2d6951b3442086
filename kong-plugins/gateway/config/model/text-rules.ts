// What Kong's schemas leave to functions: the rules of texts, by the name of Kong's type (facts of Kong 3.9).
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import { isIPv4 } from 'node:net'
import { expressionProblem, pcreProblem } from './expressions.ts'
import { anyIp, cidr, hostProblem, oneStar } from './hosts.ts'
import { luaProblem } from './lua-syntax.ts'
import { pathProblem, routePathProblem } from './paths.ts'
import { says, type TextRule } from './text-rule.ts'
import { readUrl } from './url.ts'

const urlProblem: TextRule = (text) => {
  const { scheme, host } = readUrl(text)
  if (host === undefined) return 'must be a URL with a host'
  return scheme === undefined ? 'must be a URL with a scheme' : undefined
}

function canRead(what: string, read: (text: string) => unknown): TextRule {
  return (text) => {
    try {
      read(text)
      return undefined
    } catch {
      return `must be a PEM ${what}`
    }
  }
}

/** Ends a header's name in `name:value`. */
function nameBefore(pair: string): [name: string, value: string] {
  const [, name = '', value = ''] = /^([^:]+):*(.*?)$/s.exec(pair) ?? []
  return [name, value]
}

const headerName = says(/^[\w-]+$/, 'may hold letters, digits, - and _ only')
const headerBefore: TextRule = (pair) => headerName(nameBefore(pair)[0])
const headersAround: TextRule = (pair) => headerBefore(pair) ?? headerName(nameBefore(pair)[1])
const valueAfter: TextRule = (pair) => (nameBefore(pair)[1] === '' ? 'needs a value after the colon' : undefined)
const lua: TextRule = (code) => {
  const problem = luaProblem(code)
  return problem === undefined ? undefined : `must be Lua 5.1 as LuaJIT reads it (${problem})`
}

/** Rules by the name that the facts have for them. */
export const TEXT_RULES: Readonly<Record<string, TextRule>> = {
  host: (text) => hostProblem(text, {}),
  host_with_optional_port: (text) => hostProblem(text, { port: true }),
  wildcard_host: (text) => oneStar(text) ?? hostProblem(text.replace('*', 'wildcard'), { onlyNames: true }),
  route_host: (text) => hostProblem(text.replaceAll('*', 'abc'), { port: true }),
  sni: (text) => hostProblem(text, { onlyNames: true }),
  ip: (text) => (anyIp(text) ? undefined : 'must be an IP address'),
  ip_or_cidr: (text) =>
    anyIp(text) || cidr(text, 4) || cidr(text, 6) ? undefined : 'must be an IP address or a range of them (CIDR)',
  cidr_v4: (text) => (isIPv4(text) || cidr(text, 4) ? undefined : 'must be a range of IPv4 addresses (CIDR)'),
  path: pathProblem,
  router_path: routePathProblem,
  expression: expressionProblem,
  url: urlProblem,
  name: says(/^[\w.~-]+$/, 'may hold letters, digits and . - _ ~ only'),
  utf8_name: says(/^[\w.~\u0080-\u{10ffff}-]+$/u, 'may hold letters, digits and . - _ ~ only'),
  tag: says(/^[ !-+\-.0-~\u0080-\u{10ffff}]+$/u, 'must be printable, without , and /'),
  certificate: canRead('certificate', (pem) => new X509Certificate(pem)),
  key: canRead('private key', (pem) => createPrivateKey(pem)),
  cookie_name: says(/^(?:(?![()<>@,;:\\"/?={}[\]])[!-~])+$/, "may hold letters, digits and !#$%&'*+-.^_`|~ only"),
  header_name: headerName,
  lua_expression: lua,
  // Functions without a name in Kong, by where they stand
  'upstreams.name': (text) => hostProblem(text, { onlyNames: true }),
  'targets.target': (text) => hostProblem(text, { port: true }),
  'jwt_secrets.rsa_public_key': canRead('public key', (pem) => createPublicKey(pem)),
  'oauth2_credentials.redirect_uris': (text) =>
    urlProblem(text) ?? (text.includes('#') ? 'must be a URL without a fragment' : undefined),
  'cors.origins': (text) => (text === '*' ? undefined : pcreProblem(text)),
  'pre-function': lua,
  'request-transformer.headers': headerBefore,
  'request-transformer.rename': headersAround,
  'request-transformer.values': valueAfter,
  is_regex: pcreProblem,
}
