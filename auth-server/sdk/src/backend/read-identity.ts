// Reads who calls from the headers of the gateway. Whatever is missing, doubled or contradictory is an error, never a guess.
import { createHash, timingSafeEqual } from 'node:crypto'
import { GATEWAY_SECRET_HEADER, IDENTITY_HEADER, IDENTITY_KINDS, TOLD } from '../identity-headers.ts'
import { type HeaderInput, headerReader, linesOf, type ReadHeader, valuesOf } from './header-values.ts'
import type { Identity } from './identity.ts'
import { IdentityError } from './identity-error.ts'

/** How a backend knows that a call came through the gateway. */
export interface GatewayTrust {
  /**
   * The gateway's `backend_secret`; several while it is being changed. Without one, nobody but the gateway may be able to
   * reach this backend.
   */
  readonly secret?: string | readonly string[] | undefined
  /** The policy's `backend_secret_header`, where that is not X-Gateway-Secret. */
  readonly secretHeader?: string
}

/** RFC 6749 §3.3 */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/

/**
 * Who calls, by the headers that the gateway sent.
 * @throws {IdentityError} when they do not say it plainly
 */
export function readIdentity(headers: HeaderInput, options: GatewayTrust = {}): Identity {
  const read = headerReader(headers)
  requireSecret(headers, options)
  const said = read(IDENTITY_HEADER.kind)
  if (said === undefined) throw new IdentityError('no_identity', { detail: `${IDENTITY_HEADER.kind} is missing` })
  const kind = IDENTITY_KINDS.find((known) => known === said)
  if (kind === undefined) throw new IdentityError('unknown_kind', { detail: said })
  if (kind === 'anonymous') return readAnonymous(read)

  absent(read, 'anonymous', kind)
  const clientId = present(read, 'username', kind)
  if (present(read, 'credential', kind) !== clientId)
    throw contradiction(`${IDENTITY_HEADER.credential} names another app`)
  const app = {
    clientId,
    applicationId: read(IDENTITY_HEADER.applicationId),
    scopes: readScopes(read),
    issuer: read(IDENTITY_HEADER.issuer),
  }
  if (kind === 'application') {
    absent(read, 'userId', kind)
    absent(read, 'attested', kind)
    return { kind, ...app }
  }
  return { kind, userId: present(read, 'userId', kind), isAttested: isTold(read, 'attested'), ...app }
}

function readAnonymous(read: ReadHeader): Identity {
  present(read, 'anonymous', 'anonymous')
  isTold(read, 'anonymous')
  for (const name of ['userId', 'attested', 'scope', 'username', 'applicationId', 'credential', 'issuer'] as const)
    absent(read, name, 'anonymous')
  return { kind: 'anonymous' }
}

/** Whether a header is there; it says one thing or is absent. */
function isTold(read: ReadHeader, name: 'anonymous' | 'attested'): boolean {
  const value = read(IDENTITY_HEADER[name])
  if (value !== undefined && value !== TOLD)
    throw new IdentityError('malformed_header', { detail: IDENTITY_HEADER[name] })
  return value === TOLD
}

function readScopes(read: ReadHeader): readonly string[] {
  const scope = read(IDENTITY_HEADER.scope)
  if (scope === undefined) return []
  if (!SCOPE.test(scope)) throw new IdentityError('malformed_header', { detail: IDENTITY_HEADER.scope })
  return scope.split(' ')
}

function requireSecret(headers: HeaderInput, { secret, secretHeader = GATEWAY_SECRET_HEADER }: GatewayTrust): void {
  if (secret === undefined) return
  const secrets = (typeof secret === 'string' ? [secret] : secret).filter((one) => one !== '')
  if (secrets.length === 0) throw new TypeError('The secret of the gateway is empty: nothing could be told by it')
  const [shown = '', ...others] = valuesOf(linesOf(headers), secretHeader)
  const digest = digestOf(shown)
  // All of them, so that the time tells nothing of which.
  if (others.length > 0 || secrets.filter((one) => timingSafeEqual(digestOf(one), digest)).length === 0)
    throw new IdentityError('wrong_secret', { detail: secretHeader })
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function present(read: ReadHeader, name: keyof typeof IDENTITY_HEADER, kind: string): string {
  const value = read(IDENTITY_HEADER[name])
  if (value === undefined) throw contradiction(`${IDENTITY_HEADER[name]} is missing for the kind ${kind}`)
  return value
}

function absent(read: ReadHeader, name: keyof typeof IDENTITY_HEADER, kind: string): void {
  if (read(IDENTITY_HEADER[name]) !== undefined)
    throw contradiction(`${IDENTITY_HEADER[name]} does not go with the kind ${kind}`)
}

function contradiction(detail: string): IdentityError {
  return new IdentityError('contradictory_headers', { detail })
}
