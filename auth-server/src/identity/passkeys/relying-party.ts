// Who we are to a passkey (WebAuthn Level 3 §4, "Relying Party"): a domain, a name, and the origins that may ask for one.
import { type OperatorSettings, operatorNameOf } from '../../pages/operator.ts'
import type { Db } from '../../store/database.ts'
import { listApprovedIdentities } from '../../store/tables/app-identities.ts'

export interface RelyingParty {
  /** A passkey answers to this domain and no other. */
  readonly id: string
  readonly name: string
}

/** From the issuer alone, never from a header. */
export function relyingParty(operator: Pick<OperatorSettings, 'issuer' | 'operatorName'>): RelyingParty {
  return { id: new URL(operator.issuer).hostname, name: operatorNameOf(operator) }
}

const ANDROID = 'android:apk-key-hash:'

/**
 * Where a ceremony may take place: on our own pages, which no other page can frame; and in the apps whose record says so.
 * An Android app is named by each certificate that it is signed with, an iOS app has the issuer's own origin, which
 * Apple's systems give only to those in apple-app-site-association.
 * @param origin that the answer names, so that only what comes from an app costs a query
 */
export async function expectedOrigins(
  db: Db,
  { issuer }: Readonly<{ issuer: string }>,
  origin: string,
): Promise<string[]> {
  if (!origin.startsWith(ANDROID)) return [issuer]
  const identities = await listApprovedIdentities(db)
  return identities.flatMap(({ android, passkeys }) => (passkeys && android ? android.digests.map(originOf) : []))
}

/** @param digest of a certificate, as `AA:BB:…` */
function originOf(digest: string): string {
  return ANDROID + Buffer.from(digest.replaceAll(':', ''), 'hex').toString('base64url')
}
