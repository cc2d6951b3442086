// What a SAML provider has posted: looked at before it is parsed, verified by the library, and then held against what was asked.
import type { SamlConfig } from '@node-saml/node-saml'
import type { Element } from '@xmldom/xmldom'
import { CancelledThere } from '../provider.ts'
import { attributeOf, elementsBelow, elementsIn, onlyElement, requireSame, textOf } from './elements.ts'
import { ASSERTION_NAMES, PROTOCOL_NAMES, SIGNATURE_NAMES, STATUS, STRONG_ALGORITHMS } from './names.ts'
import { CLOCK_SKEW_MILLIS, type ExpectedAssertion, readAssertion, type ToldAssertion } from './subject.ts'

const MAX_BYTES = 96 * 1024
/** The library looks for an ID in time that grows with the square of these. A sign-in has less than a hundred. */
const MAX_ELEMENTS = 1000

export interface ExpectedResponse extends ExpectedAssertion {
  readonly signs: 'response' | 'assertion'
}

/** @throws {Error} when it is not the answer to this request, or not sound. */
export async function readResponse(
  { SAML, ValidateInResponseTo }: typeof import('@node-saml/node-saml'),
  options: SamlConfig,
  encoded: string,
  expected: ExpectedResponse,
): Promise<ToldAssertion> {
  const response = await parse(decode(encoded))
  requireStrong(response)
  requireAnswer(response, expected)
  const verifier = new SAML({
    ...options,
    acceptedClockSkewMs: CLOCK_SKEW_MILLIS,
    validateInResponseTo: ValidateInResponseTo.always,
    // The row of the sign-in is taken once (store/tables/upstream-logins.ts), and only this one's request is known here.
    cacheProvider: {
      saveAsync: async () => null,
      getAsync: async (id) => (id === expected.requestId ? new Date().toISOString() : null),
      removeAsync: async () => null,
    },
  })
  const { profile } = await verifier.validatePostResponseAsync({ SAMLResponse: encoded })
  // Nothing else of the profile is read: attributes can take the place of most that it has. This is set after them.
  const xml = profile?.getAssertionXml?.()
  if (xml === undefined) throw new Error('there is no assertion')
  return readAssertion(await parse(xml), expected)
}

/** @throws {Error} for what is no XML to be parsed at all. */
function decode(encoded: string): string {
  const packed = encoded.replace(/\s+/g, '')
  if (packed === '' || !/^[A-Za-z\d+/]+={0,2}$/.test(packed))
    throw new Error('SAMLResponse is not there, or not in base64')
  const bytes = Buffer.from(packed, 'base64')
  if (bytes.length > MAX_BYTES) throw new Error(`SAMLResponse is longer than ${MAX_BYTES} bytes`)
  const xml = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  // Nothing honest has one, and entities come with it.
  if (/<!\s*(?:DOCTYPE|ENTITY)/i.test(xml)) throw new Error('SAMLResponse has a document type')
  return xml
}

/** A stricter reader than the library's: what is not well-formed gets no further. @throws {Error} */
async function parse(xml: string): Promise<Element> {
  const { DOMParser, onErrorStopParsing } = await import('@xmldom/xmldom')
  const { documentElement } = new DOMParser({ onError: onErrorStopParsing, locator: false }).parseFromString(
    xml,
    'text/xml',
  )
  if (!documentElement || documentElement.getElementsByTagName('*').length > MAX_ELEMENTS)
    throw new Error(`there are more than ${MAX_ELEMENTS} elements, or none`)
  return documentElement
}

function requireStrong(response: Element): void {
  for (const name of ['SignatureMethod', 'DigestMethod'])
    for (const method of elementsBelow(response, name, SIGNATURE_NAMES)) {
      const algorithm = attributeOf(method, 'Algorithm')
      if (!STRONG_ALGORITHMS.has(algorithm))
        throw new Error(`signatures by ${algorithm.slice(0, 100)} are not believed`)
    }
}

/** The envelope, whose words count where it is signed; where it is not, the assertion has to say the same once more. */
function requireAnswer(response: Element, { acs, entityId, requestId, signs }: ExpectedResponse): void {
  requireSame('the document', `${response.namespaceURI} ${response.localName}`, `${PROTOCOL_NAMES} Response`)
  const status = onlyElement(onlyElement(response, 'Status', PROTOCOL_NAMES), 'StatusCode', PROTOCOL_NAMES)
  const [second] = elementsIn(status, 'StatusCode', PROTOCOL_NAMES)
  if (second && attributeOf(second, 'Value') === `${STATUS}RequestDenied`) throw new CancelledThere()
  requireSame('Status', attributeOf(status, 'Value'), `${STATUS}Success`)
  // Bindings §3.5.5.2: what is signed says where it was sent.
  const destination = attributeOf(response, 'Destination')
  if (signs === 'response' || destination !== '') requireSame('Destination', destination, acs)
  requireSame('InResponseTo of the response', attributeOf(response, 'InResponseTo'), requestId)
  const [issuer, ...others] = elementsIn(response, 'Issuer', ASSERTION_NAMES)
  if (issuer) requireSame('Issuer of the response', textOf(issuer), entityId)
  if (others.length > 0) throw new Error('the response has two issuers')
}
