// What Kong's schemas leave to functions on whole records, by where these stand (facts of Kong 3.9).
import { createPrivateKey, createPublicKey } from 'node:crypto'
import type { FieldSchema } from './schema.ts'
import { isRecord } from './source.ts'
import { readUrl } from './url.ts'

type Values = Readonly<Record<string, unknown>>
type RecordCode = (values: Values) => string | undefined

const PERIODS = ['second', 'minute', 'hour', 'day', 'month', 'year']

const limits: RecordCode = (values) => {
  const { policy = 'local', sync_rate: rate = -1 } = values
  if (rate === -1) return periodsInOrder(values)
  if (policy !== 'redis') return 'must not have sync_rate with this policy'
  return Number(rate) < 0.02 ? 'must have a sync_rate from 0.02, or -1' : periodsInOrder(values)
}

/** A longer period may not have the smaller limit. */
const periodsInOrder: RecordCode = (values) => {
  const given = PERIODS.flatMap((name) => {
    const limit = values[name]
    return typeof limit === 'number' ? [{ name, limit }] : []
  })
  for (const [i, { name, limit }] of given.entries()) {
    const smaller = given.slice(i + 1).find((later) => later.limit < limit)
    if (smaller !== undefined) return `must not allow less per ${smaller.name} than per ${name}`
  }
  return undefined
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

const termination: RecordCode = ({ message, content_type: type, body, echo }) => {
  if (isText(message) && (isText(type) || isText(body))) return 'must not have message beside content_type or body'
  if (isText(type) && !isText(body)) return 'needs body beside content_type'
  return echo === true && (isText(type) || isText(body)) ? 'must not have echo beside content_type or body' : undefined
}

const FLOWS = ['authorization_code', 'implicit_grant', 'client_credentials', 'password_grant'].map((f) => `enable_${f}`)

const CODES: Readonly<Record<string, RecordCode>> = {
  'rate-limiting.config': limits,
  'response-ratelimiting.config.limits': periodsInOrder,
  'request-termination.config': termination,
  'oauth2.config': (values) =>
    FLOWS.some((flow) => values[flow] === true) ? undefined : `needs one of ${FLOWS.join(', ')}`,
  'http-log.config': ({ http_endpoint: url, headers }) => {
    const names = Object.keys(Object(headers)).map((name) => name.toLowerCase())
    return names.includes('authorization') && readUrl(String(url)).userinfo !== undefined
      ? 'must not have an Authorization header beside a user in http_endpoint'
      : undefined
  },
  'keys.pem': ({ private_key: secret, public_key: open }) => pemProblem(secret, open),
}

/** A secret by reference, which is looked up elsewhere. */
export const REFERENCE = /^\{vault:\/\//

function pemProblem(secret: unknown, open: unknown): string | undefined {
  if ([secret, open].some((each) => REFERENCE.test(String(each)))) return undefined
  try {
    const both = [
      ...(typeof open === 'string' ? [createPublicKey(open)] : []),
      ...(typeof secret === 'string' ? [createPublicKey(createPrivateKey(secret))] : []),
    ].map((key) => key.export({ type: 'spki', format: 'pem' }))
    return new Set(both).size > 1 ? 'must have a public key that belongs to the private one' : undefined
  } catch {
    return 'must have PEM keys'
  }
}

function tagsOnce(value: unknown): string | undefined {
  const names = (Array.isArray(value) ? value : []).map((tag) => Object(tag).name)
  return new Set(names).size < names.length ? 'must have every name once' : undefined
}

/** What Kong checks of a whole plugin entry. @returns the field that is wrong, and how */
export function pluginProblem(
  name: string,
  config: Values,
): { readonly field: string; readonly text: string } | undefined {
  const scheme = name === 'aws-lambda' ? /^([^:]+):\/\//.exec(String(config.proxy_url))?.[1] : undefined
  return scheme === undefined || scheme === 'http' ? undefined : { field: 'proxy_url', text: 'must be an http URL' }
}

/** A rule for a record of the facts that has a function of Kong's, if it is known. */
export function recordCodes(at: string, schema: FieldSchema): FieldSchema {
  const code = schema.code === undefined ? undefined : CODES[at]
  if (code !== undefined) return { valid: (value: unknown) => (isRecord(value) ? code(value) : undefined) }
  return at === 'zipkin.config.static_tags' && schema.type === 'array' ? { valid: tagsOnce } : {}
}
