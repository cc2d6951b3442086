// Whom a SAML provider names: in which format, in whose name space (SAML Core §2.2.3, §8.3).
import type { Element } from '@xmldom/xmldom'
import { attributeOf, requireSame, textOf } from './elements.ts'
import { PERSISTENT, UNSPECIFIED } from './names.ts'

/** A name as it was told, so that it can be told back. */
export interface NameId {
  readonly value: string
  readonly format: string
  readonly nameQualifier?: string
  readonly spNameQualifier?: string
}

/** In whose name space names have to be, and in which format. */
export interface ExpectedNames {
  /** Of the provider. */
  readonly entityId: string
  readonly ourEntityId: string
  readonly nameIdFormat: string
}

/** Undefined where there is none. @throws {Error} when it is of somebody else's names. */
export function readNameId(
  [nameId, ...others]: readonly Element[],
  { entityId, ourEntityId, nameIdFormat }: ExpectedNames,
): NameId | undefined {
  if (others.length > 0) throw new Error('there are two NameIDs')
  if (!nameId || textOf(nameId) === '') return undefined
  const format = attributeOf(nameId, 'Format') || UNSPECIFIED
  // Otherwise what is an address in one answer would be a number in the next.
  if (nameIdFormat !== UNSPECIFIED) requireSame('Format of the NameID', format, nameIdFormat)
  const [nameQualifier, spNameQualifier] = ['NameQualifier', 'SPNameQualifier'].map((name) => attributeOf(nameId, name))
  if (format === PERSISTENT) {
    // SAML Core §8.3.7: in another name space it is somebody else.
    requireSame('NameQualifier', nameQualifier || entityId, entityId)
    requireSame('SPNameQualifier', spNameQualifier || ourEntityId, ourEntityId)
  }
  return {
    value: textOf(nameId),
    format,
    ...(nameQualifier && { nameQualifier }),
    ...(spNameQualifier && { spNameQualifier }),
  }
}
