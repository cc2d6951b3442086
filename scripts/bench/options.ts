// What the benchmarks' command lines have in common.
import { UsageError } from '@mobile-api-gateway/sdk/command-line.ts'

/** Reads options that count something. @throws {UsageError} for one that is no whole number above 0 */
export function countsFrom<Name extends string>(values: Readonly<Record<Name, string>>): (name: Name) => number {
  return (name) => {
    const value = Number(values[name])
    if (!Number.isInteger(value) || value < 1) throw new UsageError(`--${name} must be a whole number above 0.`)
    return value
  }
}
