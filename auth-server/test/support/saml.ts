// A SAML provider of which each word can be chosen: documents written by hand and signed by xml-crypto.
import 'reflect-metadata'
import { sign } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { X509CertificateGenerator } from '@peculiar/x509'
import { SignedXml } from 'xml-crypto'

export const IDP = 'https://idp.corp.example/saml'

/** A key and its certificate, both PEM. */
export interface SamlKey {
  readonly key: string
  readonly certificate: string
}

export async function samlKey(name = 'idp.corp.example', modulusLength = 2048): Promise<SamlKey> {
  const algorithm = {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength,
    publicExponent: new Uint8Array([1, 0, 1]),
  }
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.createSelfSigned(
    { name: `CN=${name}`, keys, signingAlgorithm: algorithm },
    crypto,
  )
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')
  return {
    key: `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----`,
    certificate: certificate.toString('pem'),
  }
}

/** What a provider is asked by the address that a browser is sent to. */
export function readAuthnRequest(address: URL): Readonly<{ id: string; xml: string }> {
  const xml = inflateRawSync(Buffer.from(address.searchParams.get('SAMLRequest') ?? '', 'base64')).toString()
  return { id: / ID="([^"]+)"/.exec(xml)?.[1] ?? '', xml }
}

/** What a response says; each word can be another one. */
export interface SamlWords {
  readonly requestId: string
  readonly acs: string
  readonly audience: string
  readonly issuer?: string
  readonly responseIssuer?: string
  readonly destination?: string
  readonly inResponseTo?: string
  readonly status?: string
  readonly nameId?: string
  /** Attributes of the NameID. */
  readonly nameIdIs?: string
  readonly recipient?: string
  readonly confirmedRequest?: string
  readonly notOnOrAfter?: string
  /** Instead of the one SubjectConfirmation. */
  readonly confirmation?: string
  readonly conditions?: string
  readonly authn?: string
  readonly attributes?: string
}

export const PERSISTENT_ID = 'Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"'

export function inSeconds(seconds: number): string {
  return new Date(Date.now() + seconds * 1000).toISOString()
}

/** `Name` with its values, as XML. */
export function attribute(name: string, ...values: readonly string[]): string {
  return `<saml:Attribute Name="${name}">${values.map((value) => `<saml:AttributeValue>${value}</saml:AttributeValue>`).join('')}</saml:Attribute>`
}

/** A response, not signed yet. */
export function samlResponse(words: SamlWords): string {
  const { requestId, acs, audience, issuer = IDP, nameId = 'bob', nameIdIs = PERSISTENT_ID, attributes = '' } = words
  const until = words.notOnOrAfter ?? inSeconds(300)
  const {
    confirmation = `<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData
      Recipient="${words.recipient ?? acs}" NotOnOrAfter="${until}" InResponseTo="${words.confirmedRequest ?? requestId}"/></saml:SubjectConfirmation>`,
    conditions = `<saml:Conditions NotBefore="${inSeconds(-30)}" NotOnOrAfter="${until}">
      <saml:AudienceRestriction><saml:Audience>${audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions>`,
    authn = `<saml:AuthnStatement AuthnInstant="${inSeconds(0)}" SessionIndex="_s"><saml:AuthnContext>
      <saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>`,
    destination = acs,
    inResponseTo = requestId,
    status = 'urn:oasis:names:tc:SAML:2.0:status:Success',
    responseIssuer = issuer,
  } = words
  return `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_response" Version="2.0" IssueInstant="${inSeconds(0)}" Destination="${destination}" InResponseTo="${inResponseTo}"><saml:Issuer>${responseIssuer}</saml:Issuer><samlp:Status><samlp:StatusCode Value="${status}"/></samlp:Status><saml:Assertion ID="_assertion" Version="2.0" IssueInstant="${inSeconds(0)}"><saml:Issuer>${issuer}</saml:Issuer><saml:Subject><saml:NameID ${nameIdIs}>${nameId}</saml:NameID>${confirmation}</saml:Subject>${conditions}${authn}${attributes === '' ? '' : `<saml:AttributeStatement>${attributes}</saml:AttributeStatement>`}</saml:Assertion></samlp:Response>`
}

const STRONG = {
  signature: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  digest: 'http://www.w3.org/2001/04/xmlenc#sha256',
}

/** Signs the whole response, or the assertion in it. */
export function signSaml(
  xml: string,
  { key }: Pick<SamlKey, 'key'>,
  what: 'Response' | 'Assertion' | 'LogoutRequest' = 'Response',
  { signature, digest } = STRONG,
): string {
  const signed = new SignedXml({ privateKey: key, signatureAlgorithm: signature })
  signed.canonicalizationAlgorithm = 'http://www.w3.org/2001/10/xml-exc-c14n#'
  const element = `//*[local-name(.)='${what}'${what === 'LogoutRequest' ? '' : ` and @ID='_${what.toLowerCase()}'`}]`
  signed.addReference({
    xpath: element,
    transforms: ['http://www.w3.org/2000/09/xmldsig#enveloped-signature', 'http://www.w3.org/2001/10/xml-exc-c14n#'],
    digestAlgorithm: digest,
  })
  signed.computeSignature(xml, { location: { reference: `${element}/*[local-name(.)='Issuer']`, action: 'after' } })
  return signed.getSignedXml()
}

/** What a request to sign out says; each word can be another one. */
export interface LogoutWords {
  readonly destination: string
  readonly id?: string
  readonly issuer?: string
  readonly nameId?: string
  readonly nameIdIs?: string
  readonly issued?: string
  /** `NotOnOrAfter`; it need not be there. */
  readonly until?: string
  readonly sessions?: readonly string[]
  /** Instead of the NameID. */
  readonly subject?: string
  readonly version?: string
}

/** A request to sign out, not signed yet; `signSaml` looks for the ID that it has unless told. */
export function logoutRequest(words: LogoutWords): string {
  const {
    id = '_logoutrequest',
    issuer = IDP,
    nameId = 'bob',
    nameIdIs = PERSISTENT_ID,
    sessions = ['_session'],
  } = words
  const { subject = `<saml:NameID ${nameIdIs}>${nameId}</saml:NameID>`, version = '2.0', issued = inSeconds(0) } = words
  const until = words.until === undefined ? '' : ` NotOnOrAfter="${words.until}"`
  return `<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${id}" Version="${version}" IssueInstant="${issued}" Destination="${words.destination}"${until}><saml:Issuer>${issuer}</saml:Issuer>${subject}${sessions.map((index) => `<samlp:SessionIndex>${index}</samlp:SessionIndex>`).join('')}</samlp:LogoutRequest>`
}

/** The query of HTTP-Redirect, signed as it stands there. */
export function signedQuery(
  xml: string,
  { key }: Pick<SamlKey, 'key'>,
  {
    relayState = '',
    algorithm = STRONG.signature,
    digest = 'sha256',
    pack = (text: string): Buffer => deflateRawSync(text),
  } = {},
): string {
  const octets = Object.entries({
    SAMLRequest: pack(xml).toString('base64'),
    ...(relayState !== '' && { RelayState: relayState }),
    SigAlg: algorithm,
  })
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&')
  return `${octets}&Signature=${encodeURIComponent(sign(digest, Buffer.from(octets), key).toString('base64'))}`
}

/** As it stands in the form. */
export function inForm(xml: string): string {
  return Buffer.from(xml).toString('base64')
}
