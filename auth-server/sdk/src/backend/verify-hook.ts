// For who receives hooks: whether a call comes from the authorization server, unchanged and just now.
import { timingSafeEqual } from 'node:crypto'
import { webhookKey, webhookSignature } from '../webhook-signature.ts'

/** A call may be that old, or that much ahead of this machine's clock. */
const TOLERANCE_SECONDS = 300

/** A call that is not to be believed; answer it with 401. */
export class HookError extends Error {
  override name = 'HookError'
}

/** A call that was verified. */
export interface VerifiedHook {
  /** The same each time that this call is made again: do what it says once. */
  readonly id: string
  readonly event: string
  /** When the server sent it. */
  readonly sentAt: Date
  /** All of the body, with `event` in it. */
  readonly body: Readonly<Record<string, unknown>>
}

/**
 * Verifies a call of a hook. A recorded call passes again for five minutes: whoever acts on one remembers its `id` that
 * long (a unique key in the database will do), because the server itself repeats calls whose answer it did not get.
 * @param headers of the request, as Node or Express has them, or those of Fetch
 * @param rawBody as it came, before any parser
 * @param secrets one, or both while a new one takes over; `whsec_…`
 * @throws {HookError} when it is not to be believed
 */
export function verifyHook(
  headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>,
  rawBody: string | Uint8Array,
  secrets: string | readonly string[],
  now: Date = new Date(),
): VerifiedHook {
  const id = headerOf(headers, 'webhook-id')
  const time = headerOf(headers, 'webhook-timestamp')
  const signatures = headerOf(headers, 'webhook-signature').split(' ')
  if (!/^\d{1,12}$/.test(time)) throw new HookError('webhook-timestamp is not a time')
  const timestamp = Number(time)
  if (Math.abs(now.getTime() / 1000 - timestamp) > TOLERANCE_SECONDS)
    throw new HookError('webhook-timestamp is more than five minutes away from the clock of this machine')
  const keys = [secrets].flat().map((secret) => {
    const key = webhookKey(secret)
    // Fail closed, and loudly: an empty secret would let everybody sign.
    if (!key) throw new TypeError('a secret of a hook is whsec_ and 24 to 64 bytes in base64')
    return key
  })
  const isSigned = keys
    .map((key) => webhookSignature(key, { id, timestamp, body: rawBody }))
    .some((expected) => signatures.some((signature) => isEqual(signature, expected)))
  if (!isSigned) throw new HookError('no signature of webhook-signature is of these secrets')
  const body = objectOf(typeof rawBody === 'string' ? rawBody : new TextDecoder().decode(rawBody))
  if (typeof body.event !== 'string') throw new HookError('the body names no event')
  return { id, event: body.event, sentAt: new Date(timestamp * 1000), body }
}

function headerOf(headers: Parameters<typeof verifyHook>[0], name: string): string {
  const value = headers instanceof Headers ? headers.get(name) : headers[name]
  if (typeof value !== 'string' || value === '') throw new HookError(`${name} is missing`)
  return value
}

function isEqual(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)]
  return a.length === b.length && timingSafeEqual(a, b)
}

function objectOf(text: string): Readonly<Record<string, unknown>> {
  const body: unknown = parsed(text)
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new HookError('the body is no JSON object')
  return { ...body }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new HookError('the body is no JSON object', { cause: error })
  }
}
