// A request that signs somebody out from the provider (SAML Core §3.7.1, Profiles §4.4): signed, for us, of this moment.
import { verify, type X509Certificate } from 'node:crypto'
import type { Element } from '@xmldom/xmldom'
import { type BroughtLogout, type BroughtMessage, isKeepable } from '../provider.ts'
import { bytesOf, inflated, parse, requireStrong, textIn } from './document.ts'
import { attributeOf, elementsIn, onlyElement, requireSame, textOf, timeOf } from './elements.ts'
import { type ExpectedNames, readNameId } from './name-id.ts'
import { ASSERTION_NAMES, PROTOCOL_NAMES } from './names.ts'
import { CLOCK_SKEW_MILLIS } from './subject.ts'

const PARAMETER = 'SAMLRequest'
/** Whatever its NotOnOrAfter says, which it need not have. */
const MAX_AGE_MILLIS = 600_000
/** How long one could be presented, by whichever clock: for so long its ID is kept. */
export const LOGOUT_REQUEST_KEEP_SECONDS = (MAX_AGE_MILLIS + 2 * CLOCK_SKEW_MILLIS) / 1000

/** Of an address (Bindings §3.4.4.1); one for SHA-1 would do for every other signature as well. */
const QUERY_ALGORITHMS: ReadonlyMap<string, string> = new Map([
  ['http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', 'sha256'],
  ['http://www.w3.org/2001/04/xmldsig-more#rsa-sha512', 'sha512'],
])

export interface ExpectedLogout extends ExpectedNames {
  /** Where it is to be sent. */
  readonly address: string
  readonly certificates: readonly X509Certificate[]
}

/** @throws {Error} when it is not sound, or not for us. */
export async function readLogoutRequest(message: BroughtMessage, expected: ExpectedLogout): Promise<BroughtLogout> {
  const signed =
    'query' in message
      ? await signedByQuery(message.query, expected.certificates)
      : await signedWithin(message.posted, expected.certificates)
  return readRequest(await parse(signed), expected)
}

/** HTTP-POST: the signature stands in the document; what comes back is what it signs, and nothing else. */
async function signedWithin(posted: string, certificates: readonly X509Certificate[]): Promise<string> {
  const xml = textIn(PARAMETER, bytesOf(PARAMETER, posted))
  requireStrong(await parse(xml))
  const { getVerifiedXml, parseDomFromString } = await import('@node-saml/node-saml/lib/xml.js')
  const { documentElement } = await parseDomFromString(xml)
  const signed = getVerifiedXml(xml, documentElement, certificates.map(String))
  if (signed === null) throw new Error('there is no signature of the provider')
  return signed
}

/** HTTP-Redirect: the signature is of the address, letter for letter, and is looked at before anything is unpacked. */
async function signedByQuery(query: string, certificates: readonly X509Certificate[]): Promise<string> {
  const sent = new Map<string, string>()
  for (const pair of query.split('&')) {
    const name = pair.split('=', 1)[0] ?? ''
    if (sent.has(name)) throw new Error('a parameter was sent twice')
    sent.set(name, pair)
  }
  const said = (name: string) => new URLSearchParams(sent.get(name) ?? '').get(name) ?? ''
  const encoding = said('SAMLEncoding') || 'urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE'
  requireSame('SAMLEncoding', encoding, 'urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE')
  const algorithm = QUERY_ALGORITHMS.get(said('SigAlg'))
  if (algorithm === undefined) throw new Error('there is no signature by SHA-256 or better')
  const octets = [PARAMETER, 'RelayState', 'SigAlg'].flatMap((name) => sent.get(name) ?? []).join('&')
  const signature = bytesOf('Signature', said('Signature'))
  if (!certificates.some(({ publicKey }) => verify(algorithm, Buffer.from(octets), publicKey, signature)))
    throw new Error('the signature is none of the provider')
  return textIn(PARAMETER, await inflated(PARAMETER, bytesOf(PARAMETER, said(PARAMETER))))
}

/** @param request what is signed */
function readRequest(request: Element, expected: ExpectedLogout): BroughtLogout {
  requireSame('the document', `${request.namespaceURI} ${request.localName}`, `${PROTOCOL_NAMES} LogoutRequest`)
  requireSame('Version', attributeOf(request, 'Version'), '2.0')
  requireSame('Issuer', textOf(onlyElement(request, 'Issuer', ASSERTION_NAMES)), expected.entityId)
  // Bindings §3.4.5.2, §3.5.5.2: what is signed says where it was sent.
  requireSame('Destination', attributeOf(request, 'Destination'), expected.address)
  const age = Date.now() - timeOf('IssueInstant', attributeOf(request, 'IssueInstant'))
  if (age > MAX_AGE_MILLIS + CLOCK_SKEW_MILLIS) throw new Error('IssueInstant is too long ago')
  if (age < -CLOCK_SKEW_MILLIS) throw new Error('IssueInstant is in the future')
  const until = attributeOf(request, 'NotOnOrAfter')
  if (until !== '' && timeOf('NotOnOrAfter', until) + CLOCK_SKEW_MILLIS <= Date.now())
    throw new Error('the request has expired')
  const id = attributeOf(request, 'ID')
  if (!/^[A-Za-z_][\w.-]{0,254}$/.test(id)) throw new Error('ID is none')
  const nameId = readNameId(elementsIn(request, 'NameID', ASSERTION_NAMES), expected)
  if (!nameId || !isKeepable(nameId.value)) throw new Error('there is no NameID that could have been kept')
  const sessionIds = elementsIn(request, 'SessionIndex', PROTOCOL_NAMES).map(textOf)
  // One that is empty means none of them, and not all of them.
  if (!sessionIds.every(isKeepable)) throw new Error('there is a SessionIndex that could not have been kept')
  return { id, subject: nameId.value, sessionIds }
}
