// Who we are to a passkey (WebAuthn Level 3 §4, "Relying Party"): a domain, a name, and the origins that may ask for one.
import { type OperatorSettings, operatorNameOf } from '../../pages/operator.ts'

export interface RelyingParty {
  /** A passkey answers to this domain and no other. */
  readonly id: string
  readonly name: string
  /** Where a ceremony may take place: our own pages, which no other page can frame. */
  readonly origins: readonly string[]
}

/**
 * From the issuer alone, never from a header. Native apps would add their origins here, one for each certificate of an
 * Android app (`android:apk-key-hash:…`); those of an iOS app are the issuer's own.
 */
export function relyingParty(operator: Pick<OperatorSettings, 'issuer' | 'operatorName'>): RelyingParty {
  const { issuer } = operator
  return { id: new URL(issuer).hostname, name: operatorNameOf(operator), origins: [issuer] }
}
