// A phone with a key of its own: makes DPoP proofs, sound ones and others, and sends forms with them (RFC 9449).
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { randomSecret } from '../../src/crypto/random.ts'
import { APP, ISSUER } from './server.ts'

export type Fields = Readonly<Record<string, string>>
/** Parts of a proof to replace; undefined leaves a claim out. */
export interface Changes {
  readonly header?: Readonly<Record<string, unknown>>
  readonly claims?: Readonly<Record<string, unknown>>
}

/** POST of a form; no redirect is followed. */
export function postForm(app: FastifyInstance, url: string, form: Fields, headers: Fields = {}) {
  return app.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload: new URLSearchParams(form).toString(),
  })
}

export class ProvingPhone {
  readonly #app: FastifyInstance
  readonly #privateKey: CryptoKey
  readonly jwk: JWK
  readonly jkt: string
  /** The nonce that the server gave last; sent with each proof as real clients do. */
  nonce: string | undefined

  private constructor(app: FastifyInstance, privateKey: CryptoKey, jwk: JWK, jkt: string) {
    this.#app = app
    this.#privateKey = privateKey
    this.jwk = jwk
    this.jkt = jkt
  }

  static async create(app: FastifyInstance, alg = 'ES256'): Promise<ProvingPhone> {
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
    const jwk = { ...(await exportJWK(publicKey)), alg }
    return new ProvingPhone(app, privateKey, jwk, await calculateJwkThumbprint(jwk))
  }

  /** The private key as a JWK, which no proof may show. */
  privateJwk = (): Promise<JWK> => exportJWK(this.#privateKey)

  /** A proof for a POST to one of our paths. */
  proof(path: string, { header, claims }: Changes = {}): Promise<string> {
    const { alg = '', ...jwk } = this.jwk
    return new SignJWT({
      jti: randomSecret(16),
      htm: 'POST',
      htu: `${ISSUER}${path}`,
      iat: Math.floor(Date.now() / 1000),
      nonce: this.nonce,
      ...claims,
    })
      .setProtectedHeader({ alg, typ: 'dpop+jwt', jwk, ...header })
      .sign(this.#privateKey, { crit: { exotic: true } })
  }

  /** Posts once with a proof, and keeps the nonce that comes back. */
  async post(path: string, form: Fields, changes: Changes = {}): Promise<LightMyRequestResponse> {
    const response = await postForm(this.#app, path, form, { dpop: await this.proof(path, changes) })
    this.nonce = String(response.headers['dpop-nonce'] ?? '') || this.nonce
    return response
  }

  redeem = (code: string, verifier: string, changes: Changes = {}) =>
    this.post(
      '/token',
      { grant_type: 'authorization_code', client_id: APP.clientId, code, code_verifier: verifier },
      changes,
    )

  refresh = (refreshToken: string, changes: Changes = {}) =>
    this.post('/token', { grant_type: 'refresh_token', client_id: APP.clientId, refresh_token: refreshToken }, changes)
}
