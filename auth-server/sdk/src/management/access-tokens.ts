// The client's access token: fetched when it is needed, by one request for all that wait, and kept until shortly before it ends.
import { MANAGEMENT_PATH } from '../contract/scopes.ts'
import { type MachineCredentials, proveClient } from './credentials.ts'
import { failureOf, ManagementError, NO_ANSWER } from './management-error.ts'
import { sendWithRetries } from './retries.ts'
import type { SendRequest } from './send-request.ts'

/** Gives access tokens. */
export interface AccessTokens {
  /** @throws {ManagementError} when none is given */
  get(): Promise<string>
  /** Forgets a token that was refused, unless there is a newer one already. */
  forget(token: string): void
}

/** Where tokens come from, and which. */
export interface AccessTokenSource {
  readonly issuer: string
  readonly credentials: MachineCredentials
  /** All that the client has unless told. */
  readonly scopes?: readonly string[] | undefined
  readonly send: SendRequest
}

/** A token that ends while it is on its way helps nobody. */
const MARGIN_MILLIS = 30_000
const TIMEOUT_MILLIS = 10_000
const OPERATION = 'token'

export function accessTokens(source: AccessTokenSource): AccessTokens {
  let kept: { readonly token: string; readonly untilMillis: number } | undefined
  let pending: Promise<string> | undefined

  async function renew(): Promise<string> {
    const startedMillis = Date.now()
    const { token, lifeSeconds } = await requestToken(source)
    kept = { token, untilMillis: startedMillis + lifeSeconds * 1000 - MARGIN_MILLIS }
    return token
  }

  return {
    async get() {
      if (kept && Date.now() < kept.untilMillis) return kept.token
      pending ??= renew().finally(() => {
        pending = undefined
      })
      return pending
    },
    forget(token) {
      if (kept?.token === token) kept = undefined
    },
  }
}

async function requestToken({ issuer, credentials, scopes, send }: AccessTokenSource) {
  const attempt = async (signal: AbortSignal) => {
    const { headers, parameters } = await proveClient(credentials, issuer).catch(unusable)
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      resource: issuer + MANAGEMENT_PATH,
      ...(scopes && { scope: scopes.join(' ') }),
      ...parameters,
    })
    return send(`${issuer}/token`, {
      method: 'POST',
      headers: { accept: 'application/json', ...headers },
      body,
      signal,
    })
  }
  // Asking for a token twice harms nobody.
  const response = await sendWithRetries(OPERATION, attempt, {
    isRepeatable: true,
    signal: AbortSignal.timeout(TIMEOUT_MILLIS),
  })
  if (response.status !== 200) throw new ManagementError(OPERATION, await failureOf(response))
  const answer: unknown = await response.json().catch(() => undefined)
  if (isTokenAnswer(answer)) return { token: answer.access_token, lifeSeconds: answer.expires_in }
  const detail = 'The access token is none that can be shown by itself (token_type is not Bearer)'
  throw new ManagementError(OPERATION, {
    code: 'unexpected_answer',
    detail: isRecord(answer) && 'token_type' in answer ? detail : NO_ANSWER.unexpected_answer,
    status: response.status,
  })
}

function unusable(error: unknown): never {
  throw new ManagementError(OPERATION, { code: 'unusable_key', detail: NO_ANSWER.unusable_key, cause: error })
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function isTokenAnswer(answer: unknown): answer is Readonly<{ access_token: string; expires_in: number }> {
  if (!isRecord(answer)) return false
  const { access_token: token, expires_in: life, token_type: type } = answer
  return (
    typeof token === 'string' && typeof life === 'number' && typeof type === 'string' && type.toLowerCase() === 'bearer'
  )
}
