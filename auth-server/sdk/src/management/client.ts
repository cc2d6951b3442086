// The client of the management API: one generic call over the contract, and a method for each operation.
import { randomUUID } from 'node:crypto'
import { isOperationId, OPERATIONS, type OperationAnswer, type OperationId } from '../contract/index.ts'
import { isWrite, type ManagementOperation, successOf } from '../contract/operation.ts'
import { MANAGEMENT_PATH } from '../contract/scopes.ts'
import { accessTokens } from './access-tokens.ts'
import { type MachineCredentials, requireCredentials } from './credentials.ts'
import { failureOf, ManagementError, NO_ANSWER } from './management-error.ts'
import type { CallOptions, ManagementMethods, MethodInput } from './methods.ts'
import { type FlatInput, requestParts } from './request-parts.ts'
import { ended, sendWithRetries } from './retries.ts'
import type { SendRequest } from './send-request.ts'

/** How the API is reached, and as whom. */
export interface ManagementSettings {
  /** The auth server's address, as its tokens name it. */
  readonly issuer: string
  /** Of a machine client; `none` where `fetch` itself says who calls. */
  readonly credentials: MachineCredentials | 'none'
  /** Asks for no more than these, where the client may have more. */
  readonly scopes?: readonly string[]
  /** In place of the global one: for a proxy, for a test. */
  readonly fetch?: SendRequest
}

/** What an operation answered. */
export interface ManagementAnswer<Id extends OperationId> {
  readonly status: number
  readonly body: OperationAnswer<Id>
  /** Its version, where it has one. */
  readonly etag: string | undefined
}

/** The generic call, and a method for each operation. */
export interface ManagementClient extends ManagementMethods {
  /** Any operation by its id. @throws {ManagementError} */
  call<Id extends OperationId>(id: Id, input: MethodInput<Id>, options?: CallOptions): Promise<ManagementAnswer<Id>>
}

const TIMEOUT_MILLIS = 30_000
const etags = new WeakMap<object, string>()

/** The version of what a method answered, for `ifMatch`. @throws {TypeError} when it has none */
export function etagOf(answer: object): string {
  const etag = etags.get(answer)
  if (etag === undefined) throw new TypeError('This answer has no version: read the object by itself first')
  return etag
}

/** @throws {TypeError} when a setting cannot be meant */
export function createManagementClient(settings: ManagementSettings): ManagementClient {
  const { credentials, scopes, fetch: send = fetch } = settings
  const issuer = settings.issuer.replace(/\/$/, '')
  if (!URL.canParse(issuer)) throw new TypeError('issuer must be the address of the auth server')
  if (credentials !== 'none') requireCredentials(credentials)
  const tokens = credentials === 'none' ? undefined : accessTokens({ issuer, credentials, scopes, send })

  async function ask(id: OperationId, input: FlatInput, options: CallOptions): Promise<ManagementAnswer<OperationId>> {
    const row: ManagementOperation = OPERATIONS[id]
    const { path, body } = requestParts(row, input)
    const limit = AbortSignal.timeout(options.timeoutMillis ?? TIMEOUT_MILLIS)
    const signal = options.signal ? AbortSignal.any([options.signal, limit]) : limit
    const headers = headersOf(row, options)
    const attempt = (token: string | undefined) => () =>
      send(issuer + MANAGEMENT_PATH + path, {
        method: row.method,
        headers: { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
        ...(body !== undefined && { body }),
        redirect: 'error',
        signal,
      })
    // Every write carries a key, so all may be sent again.
    const rules = { isRepeatable: true, signal }
    const first = tokens && (await unlessEnded(tokens.get(), id, signal))
    let response = await sendWithRetries(id, attempt(first), rules)
    if (response.status === 401 && tokens && first !== undefined) {
      // It was revoked, or its key withdrawn; a client that is in order gets another.
      tokens.forget(first)
      await response.body?.cancel()
      response = await sendWithRetries(id, attempt(await unlessEnded(tokens.get(), id, signal)), rules)
    }
    return readAnswer(id, row, response, signal)
  }

  return {
    ...namedMethods(async (id, input = {}, options = {}) => {
      const { body, etag } = await ask(id, input, options)
      if (etag !== undefined && typeof body === 'object' && body !== null) etags.set(body, etag)
      return body
    }),
    call: (id, input, options = {}) => ask(id, { ...input }, options),
  }
}

type AnyMethod = (id: OperationId, input?: FlatInput, options?: CallOptions) => Promise<unknown>

/** One method for each row of the contract, so none can be missing; their types are ManagementMethods. */
function namedMethods(method: AnyMethod): ManagementMethods {
  const things = new Map<string, (readonly [string, unknown])[]>()
  for (const id of Object.keys(OPERATIONS).filter(isOperationId)) {
    const [thing = '', verb = ''] = id.split('.', 2)
    const name = verb.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
    const bound = (input?: FlatInput, options?: CallOptions) => method(id, input, options)
    things.set(thing, [...(things.get(thing) ?? []), [name, bound]])
  }
  return Object.fromEntries(
    [...things].map(([thing, methods]): readonly unknown[] => [thing, Object.fromEntries(methods)]),
  )
}

function headersOf(row: ManagementOperation, { ifMatch, idempotencyKey }: CallOptions): Record<string, string> {
  return {
    accept: 'application/json, application/problem+json',
    ...(row.body && { 'content-type': 'application/json' }),
    ...(isWrite(row) && { 'idempotency-key': idempotencyKey ?? randomUUID() }),
    ...(ifMatch !== undefined && { 'if-match': ifMatch }),
  }
}

/** The token is for all that wait for it; one of them may give up. */
async function unlessEnded<Value>(value: Promise<Value>, operation: string, signal: AbortSignal): Promise<Value> {
  if (signal.aborted) throw ended(operation, signal)
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(ended(operation, signal))
    signal.addEventListener('abort', giveUp, { once: true })
    value.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp))
  })
}

async function readAnswer(
  operation: OperationId,
  row: ManagementOperation,
  response: Response,
  signal: AbortSignal,
): Promise<ManagementAnswer<OperationId>> {
  if (!response.ok) throw new ManagementError(operation, await failureOf(response))
  const { status, schema } = successOf(row)
  const etag = response.headers.get('etag') ?? undefined
  try {
    if (response.status !== status) throw new Error(`status ${response.status} instead of ${status}`)
    return { status, body: schema === null ? undefined : await response.json(), etag }
  } catch (error) {
    if (signal.aborted) throw ended(operation, signal)
    const detail = NO_ANSWER.unexpected_answer
    throw new ManagementError(operation, { code: 'unexpected_answer', detail, status: response.status, cause: error })
  }
}
