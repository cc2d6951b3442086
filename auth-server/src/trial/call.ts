// The call of a trial: one GET from this server to the gateway's address of the API, short, and never led elsewhere.
import type { IncomingMessage } from 'node:http'
import { readUpTo } from '../http/outbound/fetch.ts'
import { ForbiddenAddress, guardedRequest } from '../http/outbound/guarded-request.ts'
import { dpopHeaders } from './dpop.ts'
import { withoutSignature } from './tokens.ts'
import type { Trial, TrialCall, TrialGrant } from './trial.ts'

const TIMEOUT_MILLIS = 10_000
const MAX_BYTES = 16 * 1024
const MAX_VALUE = 500
/** What a developer can use of the headers of an answer. */
const SHOWN =
  /^(?:content-type|location|retry-after|www-authenticate|(?:x-)?ratelimit-[a-z-]+|x-request-id|x-kong-[a-z-]+)$/

export interface TriedCall {
  readonly address: string
  readonly trial: Trial
  readonly grant: Extract<TrialGrant, { kind: 'tokens' }>
  readonly allowLoopback: boolean
  /** Where the gateway is reached, if not at its own address. */
  readonly reachedAt: string | undefined
}

/** Calls, and never throws: what went wrong is told. */
export async function callApi({ address, trial, grant, allowLoopback, reachedAt }: TriedCall): Promise<TrialCall> {
  const { accessToken, tokenType } = grant
  const began = { at: new Date().toISOString(), address }
  const headers = {
    authorization: `${tokenType} ${accessToken}`,
    accept: '*/*',
    'accept-encoding': 'identity',
    ...(trial.key && (await dpopHeaders(trial.key, address, accessToken))),
  }
  try {
    const message = { method: 'GET', headers } as const
    const limits = { timeoutMillis: TIMEOUT_MILLIS, allowLoopback, ...(reachedAt !== undefined && { reachedAt }) }
    return { ...began, ...(await guardedRequest(address, message, limits, (response) => told(response, accessToken))) }
  } catch (error) {
    return { ...began, problem: problemOf(error) }
  }
}

async function told(response: IncomingMessage, accessToken: string) {
  const { bytes, isCut } = await readUpTo(response, MAX_BYTES)
  return {
    status: response.statusCode ?? 0,
    headers: headersOf(response).map(
      ([name, value]) => [name, withoutSignature(value, accessToken).slice(0, MAX_VALUE)] as const,
    ),
    body: textOf(bytes, accessToken),
    isCut,
  }
}

function headersOf({ headers }: IncomingMessage): readonly (readonly [string, string])[] {
  return Object.entries(headers).flatMap(([name, value]) =>
    value === undefined || !SHOWN.test(name) ? [] : [[name, [value].flat().join(', ')] as const],
  )
}

/** What can be read, with a mark in the place of what cannot; undefined for what is no text at all. */
function textOf(bytes: Buffer, accessToken: string): string | undefined {
  if (bytes.includes(0)) return undefined
  return withoutSignature(bytes.toString(), accessToken).replace(/[^\P{C}\n\t]/gu, '\ufffd')
}

function problemOf(error: unknown) {
  if (error instanceof ForbiddenAddress) return 'forbidden'
  return error instanceof Error && ['TimeoutError', 'AbortError'].includes(error.name) ? 'slow' : 'unreachable'
}
