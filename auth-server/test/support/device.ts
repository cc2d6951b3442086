// A phone whose app knows its owner by the phone's key alone: registers the key, and asks for tokens with it.

import type { FastifyInstance } from 'fastify'
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose'
import type { ApiDefinition } from '../../src/catalogue/apis.ts'
import { defineApi } from '../../src/catalogue/apis.ts'
import { randomSecret } from '../../src/crypto/random.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { DEVICE_GRANT } from '../../src/oauth/device/guests.ts'
import { type Fields, postForm } from './dpop.ts'
import { API, ISSUER, type TestServer } from './server.ts'

export { DEVICE_GRANT, type Fields, postForm }

export const GUEST_APP = {
  clientId: 'guest-app',
  name: 'Notes',
  redirectUris: ['com.example.notes:/callback'],
  grantTypes: ['authorization_code', 'refresh_token', DEVICE_GRANT],
} as const
export const GUEST_API: ApiDefinition = {
  ...API,
  plans: ['basic', 'guest'],
  guests: { plan: 'guest', scopes: ['orders:read'] },
}

/** The API admits guests, and an application has some. */
export async function admitGuests({ db, register }: Pick<TestServer, 'db' | 'register'>): Promise<string> {
  await defineApi(db, GUEST_API, OPERATOR)
  return register(GUEST_APP)
}

/** Parts of a JWT to replace; undefined leaves a claim out. */
export interface Signing {
  readonly header?: Readonly<Record<string, unknown>>
  readonly claims?: Readonly<Record<string, unknown>>
}

/** Which app's device, at which server. */
interface Whose {
  readonly clientId?: string
  readonly issuer?: string
}

export class Device {
  readonly #app: FastifyInstance
  readonly privateKey: CryptoKey
  readonly jwk: JWK
  readonly jkt: string
  readonly clientId: string
  readonly issuer: string

  private constructor(
    app: FastifyInstance,
    keys: Readonly<{ privateKey: CryptoKey; jwk: JWK; jkt: string }>,
    whose: Whose,
  ) {
    this.#app = app
    this.privateKey = keys.privateKey
    this.jwk = keys.jwk
    this.jkt = keys.jkt
    this.clientId = whose.clientId ?? GUEST_APP.clientId
    this.issuer = whose.issuer ?? ISSUER
  }

  static async create(
    app: FastifyInstance,
    { alg = 'ES256', ...whose }: Whose & Readonly<{ alg?: string }> = {},
  ): Promise<Device> {
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
    const jwk = { ...(await exportJWK(publicKey)), alg }
    return new Device(app, { privateKey, jwk, jkt: await calculateJwkThumbprint(jwk) }, whose)
  }

  /** The public half of its key, for who certifies it. */
  async publicKey(): Promise<CryptoKey> {
    const key = await importJWK(this.jwk, 'ES256')
    if (key instanceof Uint8Array) throw new Error('no public key')
    return key
  }

  sign(
    typ: string,
    claims: Readonly<Record<string, unknown>>,
    { header, claims: changes }: Signing = {},
  ): Promise<string> {
    const { alg = '', ...jwk } = this.jwk
    return new SignJWT({ ...claims, ...changes }).setProtectedHeader({ alg, typ, jwk, ...header }).sign(this.privateKey)
  }

  async challenge(clientId = this.clientId): Promise<string> {
    const answer = await postForm(this.#app, '/devices/challenge', { client_id: clientId })
    return String(answer.json().challenge)
  }

  async proof(signing: Signing = {}): Promise<string> {
    return this.sign('device-registration+jwt', { aud: this.issuer, challenge: await this.challenge() }, signing)
  }

  async register(form: Fields = {}, headers: Fields = {}) {
    const { clientId } = this
    const proof = form.proof ?? (await this.proof())
    return postForm(this.#app, '/devices', { client_id: clientId, device_name: "Ada's phone", ...form, proof }, headers)
  }

  assertion(signing: Signing = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1000)
    const claims = { iss: this.jkt, sub: this.jkt, aud: this.issuer, jti: randomSecret(16), iat: now, exp: now + 120 }
    return this.sign('device-assertion+jwt', claims, signing)
  }

  dpop(path: string, signing: Signing = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1000)
    return this.sign(
      'dpop+jwt',
      { jti: randomSecret(16), htm: 'POST', htu: `${this.issuer}${path}`, iat: now },
      signing,
    )
  }

  /** Asks for tokens; every part can be replaced, and a header that is empty is left out. */
  async tokens(form: Fields = {}, headers: Fields = {}) {
    const assertion = form.assertion ?? (await this.assertion())
    const dpop = headers.dpop ?? (await this.dpop('/token'))
    return postForm(
      this.#app,
      '/token',
      { grant_type: DEVICE_GRANT, client_id: this.clientId, ...form, assertion },
      dpop === '' ? {} : { dpop },
    )
  }

  /** Pushes the request of a guest who wants an account; every part can be replaced, and what is empty is left out. */
  async push(challenge: string, form: Fields = {}, headers: Fields = {}) {
    const device_assertion = form.device_assertion ?? (await this.assertion())
    const dpop = headers.dpop ?? (await this.dpop('/par'))
    const request = {
      client_id: this.clientId,
      response_type: 'code',
      redirect_uri: GUEST_APP.redirectUris[0],
      code_challenge: challenge,
      code_challenge_method: 'S256',
      state: 'a-state',
      ...form,
      device_assertion,
    }
    const kept = Object.fromEntries(Object.entries(request).filter(([, value]) => value !== ''))
    return postForm(this.#app, '/par', kept, dpop === '' ? {} : { dpop })
  }

  /** Redeems a code. */
  async redeem(code: string, verifier: string, headers: Fields = {}) {
    const dpop = headers.dpop ?? (await this.dpop('/token'))
    const form = { grant_type: 'authorization_code', client_id: this.clientId, code, code_verifier: verifier }
    return postForm(this.#app, '/token', form, dpop === '' ? {} : { dpop })
  }
}
