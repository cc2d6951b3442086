// What libraries hang on their errors, as far as it may stand in a log: names and codes, which are nobody's.

/** All else may be somebody's: PostgreSQL's `detail` quotes the row, a provider's answer a token, a claim its payload. */
const NAMES = ['code', 'status', 'constraint', 'table', 'column', 'syscall'] as const

export function errorFacts(error: Error): Readonly<Record<string, string | number>> {
  return Object.fromEntries(
    NAMES.flatMap((name) => {
      const value: unknown = Reflect.get(error, name)
      return typeof value === 'string' || typeof value === 'number' ? [[name, value]] : []
    }),
  )
}
