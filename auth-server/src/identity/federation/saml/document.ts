// XML that a browser has brought: looked at before it is parsed, and parsed by a stricter reader than the library's.
import { promisify } from 'node:util'
import { inflateRaw } from 'node:zlib'
import type { Element } from '@xmldom/xmldom'
import { attributeOf, elementsBelow } from './elements.ts'
import { SIGNATURE_NAMES, STRONG_ALGORITHMS } from './names.ts'

const MAX_BYTES = 96 * 1024
/** The library looks for an ID in time that grows with the square of these. A sign-in has less than a hundred. */
const MAX_ELEMENTS = 1000

/** @param what it is called where it came from. @throws {Error} for what is no base64, or too long. */
export function bytesOf(what: string, encoded: string): Buffer {
  const packed = encoded.replace(/\s+/g, '')
  if (packed === '' || !/^[A-Za-z\d+/]+={0,2}$/.test(packed)) throw new Error(`${what} is not there, or not in base64`)
  return Buffer.from(packed, 'base64')
}

/** Of HTTP-Redirect (Bindings §3.4.4.1), however much comes out of it. @throws {Error} */
export async function inflated(what: string, deflated: Buffer): Promise<Buffer> {
  return promisify(inflateRaw)(deflated, { maxOutputLength: MAX_BYTES }).catch(() => {
    throw new Error(`${what} is not deflated, or longer than ${MAX_BYTES} bytes`)
  })
}

/** @throws {Error} for what is no XML to be parsed at all. */
export function textIn(what: string, bytes: Buffer): string {
  if (bytes.length > MAX_BYTES) throw new Error(`${what} is longer than ${MAX_BYTES} bytes`)
  const xml = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  // Nothing honest has one, and entities come with it.
  if (/<!\s*(?:DOCTYPE|ENTITY)/i.test(xml)) throw new Error(`${what} has a document type`)
  return xml
}

/** What is not well-formed gets no further. @throws {Error} */
export async function parse(xml: string): Promise<Element> {
  const { DOMParser, onErrorStopParsing } = await import('@xmldom/xmldom')
  const { documentElement } = new DOMParser({ onError: onErrorStopParsing, locator: false }).parseFromString(
    xml,
    'text/xml',
  )
  if (!documentElement || documentElement.getElementsByTagName('*').length > MAX_ELEMENTS)
    throw new Error(`there are more than ${MAX_ELEMENTS} elements, or none`)
  return documentElement
}

/** @throws {Error} where anything is signed by less than SHA-256. */
export function requireStrong(document: Element): void {
  for (const name of ['SignatureMethod', 'DigestMethod'])
    for (const method of elementsBelow(document, name, SIGNATURE_NAMES)) {
      const algorithm = attributeOf(method, 'Algorithm')
      if (!STRONG_ALGORITHMS.has(algorithm))
        throw new Error(`signatures by ${algorithm.slice(0, 100)} are not believed`)
    }
}
