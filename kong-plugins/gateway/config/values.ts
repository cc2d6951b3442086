// Values of fields that Kong's schema has checked; what is of another type, in a file with mistakes, reads as the fallback.

/** A text. */
export function textOf(value: unknown, fallback = ''): string {
  return typeof value === 'string' && value !== '' ? value : fallback
}

/** A number. */
export function numberOf(value: unknown, fallback = 0): number {
  return typeof value === 'number' ? value : fallback
}

/** A list of texts. */
export function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
}
