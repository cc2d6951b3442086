// What pg makes of a value before it sends it; part of the package, without types of its own.
declare module 'pg/lib/utils.js' {
  export function prepareValue(value: unknown): string | Buffer | null
}
