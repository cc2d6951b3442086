// A certificate that nobody vouches for, made on the spot, so that a page of a test can have an https address (RFC 5280 §4.1).
import { generateKeyPairSync, sign } from 'node:crypto'

// ASN.1 in DER: a tag, a length, the content (X.690 §8.1).
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}
function sequence(...parts: readonly Uint8Array[]) {
  return der(0x30, ...parts)
}
function set(...parts: readonly Uint8Array[]) {
  return der(0x31, ...parts)
}
function integer(value: number) {
  return der(0x02, Buffer.from([value]))
}
function objectId(hex: string) {
  return der(0x06, Buffer.from(hex, 'hex'))
}
function utf8(text: string) {
  return der(0x0c, Buffer.from(text))
}
function bits(content: Uint8Array) {
  return der(0x03, Buffer.from([0]), content)
}
function utcTime(date: Date) {
  return der(0x17, Buffer.from(`${date.toISOString().replace(/\D/g, '').slice(2, 14)}Z`))
}

const ECDSA_WITH_SHA256 = sequence(objectId('2a8648ce3d040302'))
function commonName(name: string) {
  return sequence(set(sequence(objectId('550403'), utf8(name))))
}

const DAY = 24 * 60 * 60 * 1000

/** A key and a certificate of its own for `name`, good from yesterday until tomorrow; both PEM, as `node:https` takes them. */
export function selfSigned(name: string): Readonly<{ key: string; cert: string }> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const now = Date.now()
  const toBeSigned = sequence(
    integer(1),
    ECDSA_WITH_SHA256,
    commonName(name),
    sequence(utcTime(new Date(now - DAY)), utcTime(new Date(now + DAY))),
    commonName(name),
    publicKey.export({ type: 'spki', format: 'der' }),
  )
  const certificate = sequence(toBeSigned, ECDSA_WITH_SHA256, bits(sign('sha256', toBeSigned, privateKey)))
  const lines = certificate.toString('base64').replace(/.{64}(?!$)/g, '$&\n')
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  }
}
