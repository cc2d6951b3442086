// Names of LDAP: values in distinguished names (RFC 4514), and attributes as they come.
import type { Entry } from 'ldapts'

/** RFC 4514 §2.4, by the hexadecimal form for all that could mean something. */
export function escapeDnValue(value: string): string {
  return value.replace(/[^\p{L}\p{N}@._-]/gu, (sign) =>
    [...Buffer.from(sign)].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join(''),
  )
}

/** Every value of an attribute, however many there are and however its name is spelled; what is no text, in hexadecimal. */
export function valuesOf(entry: Entry, attribute: string): readonly string[] {
  const wanted = attribute.toLowerCase()
  const found = Object.entries(entry).find(([name]) => name.toLowerCase() === wanted)?.[1] ?? []
  const values: readonly (string | Buffer)[] = Array.isArray(found) ? found : [found]
  return values
    .map((value) => (typeof value === 'string' ? value : value.toString('hex')))
    .filter((value) => value !== '')
}

/** Of an attribute that says one thing; several say nothing. */
export function onlyValueOf(entry: Entry, attribute: string): string | undefined {
  const [value, ...others] = valuesOf(entry, attribute)
  return others.length === 0 ? value : undefined
}

/** These attributes, as far as the entry has them: one value as a text, several as a list. */
export function toldOf(entry: Entry, attributes: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    attributes.flatMap((attribute) => {
      const [value, ...more] = valuesOf(entry, attribute)
      return value === undefined ? [] : [[attribute, more.length === 0 ? value : [value, ...more]]]
    }),
  )
}
