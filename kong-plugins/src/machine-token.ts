// The token that this gateway gets for itself at an auth server, for one API of the server's own.
import { readBoundedJson } from './bounded-json.ts'
import type { Clock } from './clock.ts'
import { askAuthServer } from './tracing/ask-auth-server.ts'

/** Whom a token is asked of, and what for. */
export interface MachineTokenRequest {
  readonly tokenUrl: string
  readonly clientId: string
  readonly scope: string
  readonly resource: string
}

/** Keeps a token until it is old. */
export interface MachineToken {
  /** The one at hand, if it is still good. */
  kept(): string | undefined
  /** Another one. @throws {Error} when none was given in time */
  fetch(signal: AbortSignal): Promise<string>
  /** It does not do any more. */
  forget(): void
  /** The client's secret has been replaced. */
  useSecret(secret: string): void
}

/** How long the token endpoint may take, in milliseconds. */
const PATIENCE_MILLIS = 4000
const MAX_BYTES = 64 * 1024
/** With a token, or with why there is none (RFC 6749 §5.2). */
const ANSWERS = [200, 400]
/** A token is replaced when this part of its life is over. */
const USE_OF_LIFE = 0.8

/** Makes one; it asks for nothing until told. */
export function createMachineToken(
  { tokenUrl, clientId, scope, resource }: MachineTokenRequest,
  clientSecret: string,
  clock: Clock,
): MachineToken {
  let secret = clientSecret
  let token: { readonly text: string; readonly goodUntil: number } | undefined
  return {
    kept: () => (token && clock.monotonic() < token.goodUntil ? token.text : undefined),
    async fetch(signal) {
      const response = await askAuthServer('get a token', tokenUrl, {
        method: 'POST',
        headers: { accept: 'application/json', authorization: basic(clientId, secret) },
        // A client with other subscriptions has to name the API (RFC 8707 §2).
        body: new URLSearchParams({ grant_type: 'client_credentials', scope, resource }),
        redirect: 'error',
        signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MILLIS)]),
      })
      const document = await readBoundedJson(response, MAX_BYTES, ANSWERS).catch((error: unknown) => {
        throw new Error('no token from the token endpoint', { cause: error })
      })
      const { access_token, expires_in, error } = Object(document)
      if (response.status !== 200) throw new Error(refusalOf(error, scope))
      if (typeof access_token !== 'string' || !/^[\w.~+/-]+=*$/.test(access_token))
        throw new Error('the token endpoint answered without a token')
      const life = typeof expires_in === 'number' && expires_in > 0 ? expires_in : 60
      token = { text: access_token, goodUntil: clock.monotonic() + life * 1000 * USE_OF_LIFE }
      return access_token
    },
    forget() {
      token = undefined
    },
    useSecret(next) {
      if (next === secret) return
      secret = next
      token = undefined
    },
  }
}

/** An earlier release registered gateways without the scopes of later ones. */
function refusalOf(error: unknown, scope: string): string {
  if (error === 'invalid_scope') return `this gateway may not have the scope ${scope} yet: run npm run add-gateway`
  return `no token from the token endpoint: ${typeof error === 'string' && /^[a-z_]{1,60}$/.test(error) ? error : 400}`
}

/** RFC 6749 §2.3.1: both halves are form-encoded before they are joined. */
function basic(clientId: string, secret: string): string {
  const encode = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1)
  return `Basic ${Buffer.from(`${encode(clientId)}:${encode(secret)}`).toString('base64')}`
}
