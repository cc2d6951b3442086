// Names of fields: snake_case in kong.yml, camelCase everywhere else; the unit at the end is written out.

/** As `camelCase` writes a name. */
export type CamelCase<Name extends string> = Name extends `${infer Head}_ms`
  ? `${CamelCase<Head>}Millis`
  : Name extends `${infer Head}_${infer Tail}`
    ? `${Head}${Capitalize<CamelCase<Tail>>}`
    : Name

/** `timeout_ms` becomes `timeoutMillis`. */
export function camelCase(name: string): string {
  return name.replace(/_ms$/, '_millis').replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
