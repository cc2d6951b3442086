// Chains of certificates: read byte for byte, followed to a root that is believed (RFC 5280 §6).
import { type KeyObject, X509Certificate } from 'node:crypto'
import { AttestationRefused, type AttestationTrust, demand } from './attestation.ts'

/** A certificate from DER, and from nothing else. @throws {AttestationRefused} */
export function readCertificate(der: Uint8Array): X509Certificate {
  const certificate = new X509Certificate(der)
  demand(certificate.raw.equals(der), 'malformed', 'more than a certificate')
  return certificate
}

/**
 * Follows a chain from its leaf to a root.
 * @param chain leaf first; the root itself may be the last
 * @param options.datedFrom the first whose dates count: 1 where the device itself wrote those of the leaf
 * @returns the chain without a root
 * @throws {AttestationRefused}
 */
export function followChain(
  chain: readonly X509Certificate[],
  roots: readonly X509Certificate[],
  { now, datedFrom }: Readonly<Pick<AttestationTrust, 'now'> & { datedFrom: number }>,
): readonly X509Certificate[] {
  const last = chain.at(-1)
  demand(last !== undefined, 'malformed', 'no certificate')
  // The key, not the certificate: Google's RSA root has had several, and devices send old ones.
  const endsInRoot = roots.some(({ publicKey }) => publicKey.equals(last.publicKey))
  const path = endsInRoot ? chain.slice(0, -1) : chain
  const top = path.at(-1)
  demand(top !== undefined, 'malformed', 'nothing but a root')
  path.forEach((certificate, index) => {
    const issuer = path[index + 1] ?? rootOf(certificate, roots)
    demand(certificate.issuer === issuer.subject, 'unknown root', `${certificate.issuer} is not ${issuer.subject}`)
    demand(isSignedBy(certificate, issuer.publicKey), 'unknown root', `not signed by ${issuer.subject}`)
    if (index >= datedFrom) requireDates(certificate, now)
  })
  return path
}

function rootOf(certificate: X509Certificate, roots: readonly X509Certificate[]): X509Certificate {
  const root = roots.find(({ publicKey }) => isSignedBy(certificate, publicKey))
  if (!root) throw new AttestationRefused('unknown root', `${certificate.issuer} is nobody whom we know`)
  return root
}

function isSignedBy(certificate: X509Certificate, key: KeyObject): boolean {
  try {
    return certificate.verify(key)
  } catch {
    // A key of another kind than the signature.
    return false
  }
}

function requireDates({ validFromDate, validToDate, subject }: X509Certificate, now: Date): void {
  demand(validFromDate <= now, 'out of date', `${subject} counts from ${validFromDate.toISOString()}`)
  demand(now <= validToDate, 'out of date', `${subject} counted until ${validToDate.toISOString()}`)
}
