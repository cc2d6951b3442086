// The log as a developer reads it in a terminal: a line for each step that is finished or refused, made from the same entries as the JSON.

/** An entry as it was written. */
type Entry = Readonly<Record<string, unknown>>

const WARN = 40
const ERROR = 50
/** What plugin servers say when they refuse a call. */
const GATEWAY_REFUSAL = 'request denied'
/** Of one value, in characters. */
const MAX_SHOWN = 100
/** What each line of pino has, and what is said already. */
const KNOWN: ReadonlySet<string> = new Set([
  'level',
  'time',
  'pid',
  'hostname',
  'reqId',
  'trace_id',
  'span_id',
  'msg',
  'client',
  'user',
  'err',
])

/** @returns undefined for what is no news, such as that a request came */
export function lineOf(json: string): string | undefined {
  const entry = parse(json)
  if (!entry) return json.trimEnd()
  if ('req' in entry || 'res' in entry) return undefined
  if (typeof entry.step === 'string') return stepLine(entry)
  if (typeof entry.error === 'string' && entry.status !== undefined) return refusalLine(entry)
  if (entry.msg === GATEWAY_REFUSAL && typeof entry.says === 'string') return gatewayRefusalLine(entry)
  return otherLine(entry)
}

function parse(json: string): Entry | undefined {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : undefined
  } catch {
    return undefined
  }
}

/** As "signed in demo@example.com → demo-app". */
function stepLine({ step, account, user, client, note }: Entry): string {
  const who = account ?? user
  const whom = who === undefined ? client : client === undefined ? who : `${who} → ${client}`
  return words([step, whom === undefined ? undefined : whom, note === undefined ? undefined : `(${note})`])
}

/** As "POST /token 400 demo-app: invalid_grant, wrong verifier". */
function refusalLine({ method, route, status, client, error, detail, msg }: Entry): string {
  const head = words([method, route, status, client])
  return `${head}: ${error}, ${detail === undefined ? msg : `${msg} (${detail})`}`
}

/** As "GET /mobile/echo 401 demo-app: The access token was revoked (invalid-token: revoked)". */
function gatewayRefusalLine({ method, path, status, client, says, reason }: Entry): string {
  return `${words([method, path, status, client])}: ${words([says, `(${reason})`])}`
}

function otherLine(entry: Entry): string {
  const { level, msg, err } = entry
  const more = Object.entries(entry).flatMap(([name, value]) =>
    KNOWN.has(name) || value === null || value === undefined ? [] : `${name}=${asText(value)}`,
  )
  const severity = Number(level) >= ERROR ? 'ERROR' : Number(level) >= WARN ? 'WARN' : undefined
  return words([severity, msg, ...(err === undefined ? [] : [`[${errorText(err)}]`]), ...more])
}

function errorText(err: unknown): string {
  if (typeof err !== 'object' || err === null) return String(err)
  const { stack, message } = { stack: undefined, message: undefined, ...err }
  return String(stack ?? message)
}

function asText(value: unknown): string {
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text
}

function words(parts: readonly unknown[]): string {
  return parts
    .filter((part) => part !== undefined && part !== null && part !== '')
    .map(String)
    .join(' ')
}
