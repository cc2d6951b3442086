// A passkey in software, to answer as no browser would: any origin, domain, flag, counter or attestation.
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { cose, isoCBOR } from '@simplewebauthn/server/helpers'

/** What its answer says; each can be made wrong. */
export interface PasskeyAnswer {
  readonly challenge: string
  readonly origin: string
  readonly rpId: string
  readonly userHandle?: string | undefined
  readonly userPresent?: boolean
  readonly userVerified?: boolean
  readonly counter?: number
  readonly crossOrigin?: boolean
  readonly topOrigin?: string
  readonly type?: string
  readonly format?: string
  readonly statement?: ReadonlyMap<string, unknown>
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url')
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text, 'base64url'))
}

/** A passkey with an ES256 key that counts nothing, as synced ones do. */
export class SoftPasskey {
  readonly id: string
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })

  constructor(id = base64url(randomBytes(16))) {
    this.id = id
  }

  #clientData(answer: PasskeyAnswer, type: string): Buffer {
    const { challenge, origin, crossOrigin = false, topOrigin } = answer
    return Buffer.from(JSON.stringify({ type: answer.type ?? type, challenge, origin, crossOrigin, topOrigin }))
  }

  #authenticatorData(
    { rpId, userPresent = true, userVerified = true, counter = 0 }: PasskeyAnswer,
    more: number,
  ): Buffer {
    const count = Buffer.alloc(4)
    count.writeUInt32BE(counter)
    // Backup eligible and backed up, as synced passkeys are (WebAuthn Level 3 §6.1).
    const flags = (userPresent ? 1 : 0) | (userVerified ? 4 : 0) | 8 | 16 | more
    return Buffer.concat([createHash('sha256').update(rpId).digest(), Buffer.from([flags]), count])
  }

  #coseKey(): Uint8Array {
    const { x = '', y = '' } = this.#keys.publicKey.export({ format: 'jwk' })
    const key = new Map<number, number | Uint8Array<ArrayBuffer>>([
      [cose.COSEKEYS.kty, cose.COSEKTY.EC2],
      [cose.COSEKEYS.alg, cose.COSEALG.ES256],
      [cose.COSEKEYS.crv, cose.COSECRV.P256],
      [cose.COSEKEYS.x, bytesOf(x)],
      [cose.COSEKEYS.y, bytesOf(y)],
    ])
    return isoCBOR.encode(key)
  }

  /** What `navigator.credentials.create` would answer, as the script of our pages posts it. */
  create(answer: PasskeyAnswer): string {
    const id = Buffer.from(this.id, 'base64url')
    const length = Buffer.alloc(2)
    length.writeUInt16BE(id.length)
    const credential = Buffer.concat([Buffer.alloc(16), length, id, this.#coseKey()])
    const authData = new Uint8Array(Buffer.concat([this.#authenticatorData(answer, 64), credential]))
    const attestation = new Map<string, unknown>([
      ['fmt', answer.format ?? 'none'],
      ['attStmt', answer.statement ?? new Map()],
      ['authData', authData],
    ])
    return this.#post({
      clientDataJSON: base64url(this.#clientData(answer, 'webauthn.create')),
      attestationObject: base64url(isoCBOR.encode(attestation as Parameters<typeof isoCBOR.encode>[0])),
      transports: ['internal', 'hybrid'],
    })
  }

  /** What `navigator.credentials.get` would answer. */
  get(answer: PasskeyAnswer): string {
    const clientData = this.#clientData(answer, 'webauthn.get')
    const authData = this.#authenticatorData(answer, 0)
    const signed = Buffer.concat([authData, createHash('sha256').update(clientData).digest()])
    return this.#post({
      clientDataJSON: base64url(clientData),
      authenticatorData: base64url(authData),
      signature: base64url(sign('sha256', signed, this.#keys.privateKey)),
      ...(answer.userHandle !== undefined && { userHandle: base64url(Buffer.from(answer.userHandle)) }),
    })
  }

  #post(response: Readonly<Record<string, unknown>>): string {
    return JSON.stringify({ id: this.id, rawId: this.id, type: 'public-key', response, clientExtensionResults: {} })
  }
}
