// Names of signature algorithms: EdDSA on Ed25519 has two (RFC 8037 §3.1, RFC 9864 §2.2). Pure.

/** The usual name of an algorithm. */
export function algorithmOf(name: string): string {
  return name === 'Ed25519' ? 'EdDSA' : name
}

/** Every name by which a header may call an algorithm. */
export function namesOf(algorithm: string): readonly string[] {
  return algorithm === 'EdDSA' ? ['EdDSA', 'Ed25519'] : [algorithm]
}
