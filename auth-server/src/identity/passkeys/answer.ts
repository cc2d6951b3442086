// What a browser answers in the name of a passkey, as JSON in a field of a form: its shape, before anybody believes it.
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import { type JsonObject, parseJsonObject } from '../../http/json.ts'
import { ParameterError } from '../../http/parameters.ts'

/** What a browser sent is no answer of a passkey, or none to what we asked; `message` is for the log. */
export class MalformedPasskey extends Error {
  override name = 'MalformedPasskey'
}

/** What `check` finds; `malformed` where there is nothing to check. */
export async function orMalformed<T>(
  check: () => Promise<T>,
): Promise<T | Readonly<{ kind: 'malformed'; detail: string }>> {
  try {
    return await check()
  } catch (error) {
    if (error instanceof MalformedPasskey) return { kind: 'malformed', detail: error.message }
    throw error
  }
}

const BASE64URL = /^[\w-]{1,4096}$/
/** 1023 bytes at most (WebAuthn Level 3 §4, "Credential ID"). */
const CREDENTIAL_ID = /^[\w-]{1,1364}$/
/** WebAuthn Level 3 §5.10.4 leaves the list open. */
const TRANSPORT = /^[a-z-]{1,20}$/

function parse(json: string): JsonObject {
  try {
    return parseJsonObject(Buffer.from(json))
  } catch (error) {
    throw error instanceof ParameterError ? new MalformedPasskey(error.message) : error
  }
}

/** The credential's id, and what is said of it. */
function read(json: string | undefined) {
  const { id, rawId, type, response } = parse(json ?? '')
  if (typeof id !== 'string' || !CREDENTIAL_ID.test(id) || id !== rawId || type !== 'public-key')
    throw new MalformedPasskey('not the id of a passkey')
  if (typeof response !== 'object' || response === null) throw new MalformedPasskey('no response')
  const said = new Map<string, unknown>(Object.entries(response))
  const text = (name: string): string => {
    const value = said.get(name)
    if (typeof value !== 'string' || !BASE64URL.test(value)) throw new MalformedPasskey(`${name} is missing`)
    return value
  }
  return { credential: { id, rawId: id, type, clientExtensionResults: {} } as const, said, text }
}

/** @throws {MalformedPasskey} when it is none. */
export function readRegistration(json: string | undefined): RegistrationResponseJSON {
  const { credential, said, text } = read(json)
  const transports = said.get('transports')
  return {
    ...credential,
    response: {
      clientDataJSON: text('clientDataJSON'),
      attestationObject: text('attestationObject'),
      transports: Array.isArray(transports) ? transports.filter(isTransport).slice(0, 8) : [],
    },
  }
}

function isTransport(value: unknown): value is string {
  return typeof value === 'string' && TRANSPORT.test(value)
}

/** @throws {MalformedPasskey} when it is none. */
export function readAssertion(json: string | undefined): AuthenticationResponseJSON {
  const { credential, said, text } = read(json)
  return {
    ...credential,
    response: {
      clientDataJSON: text('clientDataJSON'),
      authenticatorData: text('authenticatorData'),
      signature: text('signature'),
      ...(said.get('userHandle') != null && { userHandle: text('userHandle') }),
    },
  }
}
