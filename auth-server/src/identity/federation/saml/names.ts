// The names of SAML 2.0 that we compare with.

export const ASSERTION_NAMES = 'urn:oasis:names:tc:SAML:2.0:assertion'
export const PROTOCOL_NAMES = 'urn:oasis:names:tc:SAML:2.0:protocol'
export const SIGNATURE_NAMES = 'http://www.w3.org/2000/09/xmldsig#'
export const BEARER = 'urn:oasis:names:tc:SAML:2.0:cm:bearer'
export const STATUS = 'urn:oasis:names:tc:SAML:2.0:status:'
export const ENTITY_FORMAT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:entity'
export const UNSPECIFIED = 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified'
export const PERSISTENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent'

/** What is signed with less than SHA-256 is not believed. */
export const STRONG_ALGORITHMS: ReadonlySet<string> = new Set([
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
  'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1',
  'http://www.w3.org/2001/04/xmlenc#sha256',
  'http://www.w3.org/2001/04/xmlenc#sha512',
])

/** SAML Core §8.3; those of 1.1 are still called so. */
export function nameIdFormat(word: 'persistent' | 'emailAddress' | 'unspecified' | 'transient'): string {
  const version = word === 'persistent' || word === 'transient' ? '2.0' : '1.1'
  return `urn:oasis:names:tc:SAML:${version}:nameid-format:${word}`
}
