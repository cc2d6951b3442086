// Reads members of what a file of another system has, of which nothing is certain.

/** An object that JSON has told; empty for anything else. */
export function membersOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [])
}

/** What stands below these names. */
export function valueAt(value: unknown, ...names: readonly string[]): unknown {
  return names.reduce((found, name) => membersOf(found).get(name), value)
}

/** A text, or undefined where there is none. */
export function textAt(value: unknown, ...names: readonly string[]): string | undefined {
  const found = valueAt(value, ...names)
  return typeof found === 'string' && found !== '' ? found : undefined
}

/** A number, also where it is written as a text, or is the only one of a list. */
export function numberAt(value: unknown, ...names: readonly string[]): number | undefined {
  const found = valueAt(value, ...names)
  const [only] = Array.isArray(found) ? found : [found]
  if (typeof only !== 'number' && (typeof only !== 'string' || !/^\d{1,15}$/.test(only))) return undefined
  return Number(only)
}

export function isTrueAt(value: unknown, ...names: readonly string[]): boolean {
  return valueAt(value, ...names) === true
}

/** A list; empty where there is none. */
export function listAt(value: unknown, ...names: readonly string[]): readonly unknown[] {
  const found = valueAt(value, ...names)
  return Array.isArray(found) ? found : []
}

/** Two names as one. */
export function joined(...names: readonly (string | undefined)[]): string | undefined {
  const text = names.filter((name) => name !== undefined).join(' ')
  return text === '' ? undefined : text
}

/** Texts of a list; others are left out. */
export function textsAt(value: unknown, ...names: readonly string[]): readonly string[] {
  return listAt(value, ...names).filter((one) => typeof one === 'string')
}

/** A document within a text, or as it is; undefined for what is none. */
export function parsedAt(value: unknown, ...names: readonly string[]): unknown {
  const text = textAt(value, ...names)
  if (text === undefined) return valueAt(value, ...names)
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
