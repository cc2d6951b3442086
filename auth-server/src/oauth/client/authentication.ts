// Who is calling: client authentication at our back-channel endpoints (RFC 6749 §2.3, RFC 7523, OpenID Connect Core §9).
import type { FastifyRequest } from 'fastify'
import { equalInConstantTime, sha256 } from '../../crypto/digest.ts'
import type { Deps } from '../../deps.ts'
import { noteCaller } from '../../http/caller.ts'
import type { Parameters } from '../../http/parameters.ts'
import { noteSecretUse } from '../../store/queries/client-secrets.ts'
import type { Client } from '../../store/queries/clients.ts'
import type { ClientAuthMethod } from '../../store/tables/applications.ts'
import { OAuthError } from '../errors.ts'
import { ASSERTION_TYPE, assertionSubject, verifyAssertion } from './assertion.ts'

/** What a request shows of its client: who it says it is, and by which method it proves it. */
interface Presented {
  readonly clientId: string
  readonly method: ClientAuthMethod
  readonly credential: string
  /** The secret as it stands in the header, where a client forgot to encode it and it reads differently. */
  readonly unencoded?: string
}

/** The parameters that prove a client; nothing of a request that is kept may hold them. */
export const CREDENTIALS: ReadonlySet<string> = new Set(['client_secret', 'client_assertion', 'client_assertion_type'])

const BASIC = /^Basic +([A-Za-z0-9+/]+=*)$/i

// RFC 6749 §5.2: who used the Authorization header is answered in its scheme.
const CHALLENGE = { 'www-authenticate': 'Basic realm="mobile-api-gateway", charset="UTF-8"' } as const

function invalidClient(description: string, basic: boolean, detail?: string): OAuthError {
  return new OAuthError('invalid_client', description, {
    ...(basic && { headers: CHALLENGE }),
    ...(detail && { detail }),
  })
}

// RFC 6749 §2.3.1: both halves are form-encoded before they are joined.
function formDecode(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '))
}

function readBasic(authorization: string): Presented {
  const [, encoded] = BASIC.exec(authorization) ?? []
  if (encoded === undefined)
    throw invalidClient('the Authorization header has to be Basic with base64 credentials', true)
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  try {
    const clientId = formDecode(text.slice(0, colon))
    const unencoded = text.slice(colon + 1)
    const credential = formDecode(unencoded)
    if (colon > 0 && !/\p{Cc}/u.test(clientId + credential))
      return { clientId, method: 'client_secret_basic', credential, unencoded }
  } catch {
    // Falls through: not percent-encoded UTF-8.
  }
  throw invalidClient('the Basic credentials have to be client_id:client_secret, each form-encoded', true)
}

/** The one way of authentication a request uses. @throws {OAuthError} invalid_request for two ways at once. */
function readPresented(parameters: Parameters, authorization: string | undefined): Presented {
  const clientId = parameters.get('client_id')
  const secret = parameters.get('client_secret')
  const assertion = parameters.get('client_assertion')
  const ways = [authorization, secret, assertion].filter((way) => way !== undefined)
  if (ways.length > 1) throw new OAuthError('invalid_request', 'use one way of client authentication, not two')
  if (authorization !== undefined) {
    const basic = readBasic(authorization)
    if (clientId !== undefined && clientId !== basic.clientId)
      throw new OAuthError('invalid_request', 'client_id in the body and in the Authorization header differ')
    return basic
  }
  if (assertion !== undefined) {
    if (parameters.get('client_assertion_type') !== ASSERTION_TYPE)
      throw new OAuthError('invalid_request', `client_assertion_type has to be ${ASSERTION_TYPE}`)
    return { clientId: clientId ?? assertionSubject(assertion), method: 'private_key_jwt', credential: assertion }
  }
  if (clientId === undefined) throw invalidClient('client_id is missing', false)
  return secret === undefined
    ? { clientId, method: 'none', credential: '' }
    : { clientId, method: 'client_secret_post', credential: secret }
}

/** Why a client is not proven. `guess`: the credential is none of the client's. `says`: what helps whoever holds it. */
interface Refusal {
  readonly guess: boolean
  readonly detail: string
  readonly says?: string
}
type Verifier = (deps: Deps, client: Client | undefined, presented: Presented) => Promise<Refusal | undefined>

const verifySecret: Verifier = async (_deps, client, { credential, unencoded = credential }) => {
  // An unknown client is compared as well, so that it takes as long as a wrong secret.
  const hash = client?.secretHash ?? sha256('no such client')
  // One that was rotated goes on for a while. Always two comparisons, so that nobody hears whether there is one.
  const hashes = [hash, client?.previousSecretHash ?? hash]
  const isOneOf = (secret: string) => {
    const sent = sha256(secret)
    return hashes.map((each) => equalInConstantTime(sent, each)).includes(true)
  }
  const isRight = isOneOf(credential)
  // What reads the same either way is not hashed again, which tells only what the sender knows.
  const isRightUnencoded = unencoded === credential ? isRight : isOneOf(unencoded)
  // A library that looks for the right method sends a public client's empty secret: nobody's guess at 256 bits.
  if (!client?.secretHash || !(isRight || isRightUnencoded))
    return { guess: credential !== '', detail: client ? 'wrong secret' : 'unknown client' }
  return isRight ? undefined : { guess: false, detail: 'secret not form-encoded', says: NOT_ENCODED }
}

/** A write once an hour, so that its owner can tell whether a secret is still needed. */
async function noteUse({ db, clients }: Deps, client: Client, { credential }: Presented): Promise<void> {
  if (client.secretHash === null || !(client.isSecretUseDue || client.isPreviousUseDue)) return
  const hash = sha256(credential)
  const isDue = hash === client.secretHash ? client.isSecretUseDue : client.isPreviousUseDue
  if (!isDue) return
  await noteSecretUse(db, client.applicationId, hash)
  clients.forget(client.clientId)
}

const NOT_ENCODED = 'the secret has to be form-encoded before it goes into the Authorization header'

const verifyByKey: Verifier = async (deps, client, { credential }) => {
  if (!client) return { guess: true, detail: 'unknown client' }
  const wrong = await verifyAssertion(deps, client, credential)
  if (!wrong) return undefined
  const { guess, problem } = wrong
  const detail = `client_assertion: ${problem}`
  return guess ? { guess, detail } : { guess, detail, says: detail }
}

/** How each method is verified; discovery lists the keys. */
const METHODS: Readonly<Record<ClientAuthMethod, Verifier>> = {
  none: async (_deps, client) => (client ? undefined : { guess: false, detail: 'unknown client' }),
  client_secret_basic: verifySecret,
  client_secret_post: verifySecret,
  private_key_jwt: verifyByKey,
}

function isMethod(name: string): name is ClientAuthMethod {
  return Object.hasOwn(METHODS, name)
}

export const TOKEN_ENDPOINT_AUTH_METHODS: readonly ClientAuthMethod[] = Object.keys(METHODS).filter(isMethod)
export const CONFIDENTIAL_AUTH_METHODS = TOKEN_ENDPOINT_AUTH_METHODS.filter((method) => method !== 'none')

/** What any client_id looks like; other text (a NUL among it) does not reach the database. */
const CLIENT_ID = /^[\w.~-]{1,128}$/

/** From where nobody has guessed lately, what is known of the client is enough; else it is read with what is known of the guesses. */
async function findAsking(
  { clients, limits: { clientGuesses } }: Deps,
  { clientId, method }: Presented,
  address: string,
): Promise<Client | undefined> {
  if (method === 'none') return clients.find(clientId)
  const kept = clientGuesses.isFree(clientId, address) ? clients.kept(clientId) : undefined
  return kept ?? clients.read(clientId, clientGuesses.keys(clientId, address))
}

/**
 * The client that a request comes from, proven. A right credential that comes in another way than registered is refused
 * without counting as a guess: libraries try Basic first and the body then, anew in each process.
 * @throws {OAuthError} invalid_client, invalid_request; {HttpProblem} too_many_requests.
 */
export async function authenticateClient(deps: Deps, parameters: Parameters, request: FastifyRequest): Promise<Client> {
  const presented = readPresented(parameters, request.headers.authorization)
  const { clientId, method } = presented
  const basic = method === 'client_secret_basic'
  const { clientGuesses } = deps.limits
  const client = CLIENT_ID.test(clientId) ? await findAsking(deps, presented, request.ip) : undefined
  // A name that nobody has could be anything.
  if (client) noteCaller(request, { clientId })
  // Nothing waits between this look and the comparison, so guesses sent at once do not slip past the limit together.
  if (method !== 'none') clientGuesses.requirePatience(clientId, request.ip, client?.waitSeconds ?? 0)
  const refusal = await METHODS[method](deps, client, presented)
  if (client && !refusal && client.authMethod === method) {
    await noteUse(deps, client, presented).catch((error) =>
      request.log.warn({ err: error }, 'use of a secret not noted'),
    )
    return client
  }
  if (refusal?.guess) await clientGuesses.note(clientId, request.ip)
  if (client && client.authMethod !== method)
    throw invalidClient(
      'this client is registered for another way of authentication',
      basic,
      `it is registered for ${client.authMethod}`,
    )
  throw invalidClient(refusal?.says ?? 'the client is unknown or its credentials are wrong', basic, refusal?.detail)
}

/** The confidential client that a request comes from. @throws {OAuthError} as above; invalid_client for a public one. */
export async function authenticateConfidentialClient(
  deps: Deps,
  parameters: Parameters,
  request: FastifyRequest,
): Promise<Client> {
  const client = await authenticateClient(deps, parameters, request)
  if (client.authMethod === 'none') throw invalidClient('this endpoint is for clients that authenticate', false)
  return client
}
