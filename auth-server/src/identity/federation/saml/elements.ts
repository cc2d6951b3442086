// Reading XML that SAML has: elements by their name and name space, and what has to be there exactly once.
import type { Element } from '@xmldom/xmldom'

/** Children of an element, with no prefix taken for a name space. */
export function elementsIn(parent: Element, name: string, names: string): readonly Element[] {
  return elementsBelow(parent, name, names).filter((element) => element.parentNode === parent)
}

/** However deep. */
export function elementsBelow(parent: Element, name: string, names: string): readonly Element[] {
  return [...parent.getElementsByTagNameNS(names, name)]
}

/** @throws {Error} when there is none, or more than one. */
export function onlyElement(parent: Element, name: string, names: string): Element {
  const [found, ...others] = elementsIn(parent, name, names)
  if (!found || others.length > 0) throw new Error(`there has to be one ${name}`)
  return found
}

/** Without comments and processing instructions, whole. */
export function textOf(element: Element): string {
  return (element.textContent ?? '').trim()
}

/** Empty where it is not there. */
export function attributeOf(element: Element, name: string): string {
  return element.getAttribute(name) ?? ''
}

/** @throws {Error} unless it is what it has to be; what came instead is told to the log. */
export function requireSame(what: string, came: string, expected: string): void {
  if (came !== expected) throw new Error(`${what} is ${JSON.stringify(came.slice(0, 200))}, not ${expected}`)
}

/** SAML Core §1.3.3: in UTC. @throws {Error} when it is no time. */
export function timeOf(what: string, text: string): number {
  const millis = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(millis)) throw new Error(`${what} is no time`)
  return millis
}
