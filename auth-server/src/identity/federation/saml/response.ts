// What a SAML provider has posted: verified by the library, and then held against what was asked.
import type { SamlConfig } from '@node-saml/node-saml'
import type { Element } from '@xmldom/xmldom'
import { CancelledThere } from '../provider.ts'
import { bytesOf, parse, requireStrong, textIn } from './document.ts'
import { attributeOf, elementsIn, onlyElement, requireSame, textOf } from './elements.ts'
import { ASSERTION_NAMES, PROTOCOL_NAMES, STATUS } from './names.ts'
import { CLOCK_SKEW_MILLIS, type ExpectedAssertion, readAssertion, type ToldAssertion } from './subject.ts'

const PARAMETER = 'SAMLResponse'

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
  const response = await parse(textIn(PARAMETER, bytesOf(PARAMETER, encoded)))
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
