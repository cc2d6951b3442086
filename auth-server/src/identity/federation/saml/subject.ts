// Whom an assertion is about, after its signature is verified: what the Web Browser SSO profile asks for (SAML Profiles §4.1.4.2 f.) and the library leaves to us.
import type { Element } from '@xmldom/xmldom'
import { attributeOf, elementsIn, onlyElement, requireSame, textOf, timeOf } from './elements.ts'
import { type ExpectedNames, type NameId, readNameId } from './name-id.ts'
import { ASSERTION_NAMES, BEARER, ENTITY_FORMAT } from './names.ts'

export const CLOCK_SKEW_MILLIS = 60_000

export interface ExpectedAssertion extends ExpectedNames {
  /** Where it was to be posted. */
  readonly acs: string
  readonly requestId: string
  /** How fresh the sign-in there has to be; undefined where any will do. */
  readonly authenticatedWithinSeconds: number | undefined
}

export interface ToldAssertion {
  readonly nameId: NameId | undefined
  /** What the provider calls the sign-in there. */
  readonly sessionIndex: string | undefined
  /** A map, so that whatever they are called they are only names. */
  readonly attributes: ReadonlyMap<string, readonly string[]>
}

/** @param assertion what is signed, and nothing around it. @throws {Error} */
export function readAssertion(assertion: Element, expected: ExpectedAssertion): ToldAssertion {
  const found = (parent: Element, name: string) => elementsIn(parent, name, ASSERTION_NAMES)
  const only = (parent: Element, name: string) => onlyElement(parent, name, ASSERTION_NAMES)

  requireSame('what is signed', `${assertion.namespaceURI} ${assertion.localName}`, `${ASSERTION_NAMES} Assertion`)
  requireSame('Version', attributeOf(assertion, 'Version'), '2.0')
  const issuer = only(assertion, 'Issuer')
  requireSame('Issuer', textOf(issuer), expected.entityId)
  requireSame('Format of the issuer', attributeOf(issuer, 'Format') || ENTITY_FORMAT, ENTITY_FORMAT)
  only(assertion, 'Conditions')

  const subject = only(assertion, 'Subject')
  const confirmations = found(subject, 'SubjectConfirmation')
    .filter((confirmation) => attributeOf(confirmation, 'Method') === BEARER)
    .map((confirmation) => problemOf(only(confirmation, 'SubjectConfirmationData'), expected))
  if (!confirmations.includes(undefined)) throw new Error(confirmations[0] ?? 'there is no bearer SubjectConfirmation')
  const signIns = found(assertion, 'AuthnStatement')
  requireSignIn(signIns, expected)

  const attributes = new Map<string, string[]>()
  for (const attribute of found(assertion, 'AttributeStatement').flatMap((statement) =>
    found(statement, 'Attribute'),
  )) {
    const name = attributeOf(attribute, 'Name')
    const values = found(attribute, 'AttributeValue').map(textOf)
    attributes.set(name, [...(attributes.get(name) ?? []), ...values])
  }
  return {
    nameId: readNameId(found(subject, 'NameID'), expected),
    sessionIndex: signIns.map((statement) => attributeOf(statement, 'SessionIndex')).find((index) => index !== ''),
    attributes,
  }
}

/** What is wrong with one confirmation; one that is right is enough (SAML Core §2.4.1). */
function problemOf(data: Element, { acs, requestId }: ExpectedAssertion): string | undefined {
  try {
    requireSame('Recipient', attributeOf(data, 'Recipient'), acs)
    requireSame('InResponseTo', attributeOf(data, 'InResponseTo'), requestId)
    requireSame('NotBefore of a bearer', attributeOf(data, 'NotBefore'), '')
    if (timeOf('NotOnOrAfter', attributeOf(data, 'NotOnOrAfter')) + CLOCK_SKEW_MILLIS <= Date.now())
      throw new Error('the assertion has expired')
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function requireSignIn(
  statements: readonly Element[],
  { authenticatedWithinSeconds: within }: ExpectedAssertion,
): void {
  if (statements.length === 0) throw new Error('there is no AuthnStatement')
  for (const statement of statements) {
    const until = attributeOf(statement, 'SessionNotOnOrAfter')
    if (until !== '' && timeOf('SessionNotOnOrAfter', until) + CLOCK_SKEW_MILLIS <= Date.now())
      throw new Error('the session there has ended')
    const since = Date.now() - timeOf('AuthnInstant', attributeOf(statement, 'AuthnInstant'))
    if (within !== undefined && since > within * 1000 + CLOCK_SKEW_MILLIS)
      throw new Error('the sign-in there is older than this one')
  }
}
