// Paths of services and routes, as Kong takes them.
import { expressionProblem } from './expressions.ts'
import { says, type TextRule } from './text-rule.ts'

/** Kong's RFC 3986: the characters of a path, and percent signs that encode something. */
export const pathProblem: TextRule = (path) => {
  if (!/^\/[\w.\-~/%:@!$&'()*+,;=]*$/.test(path)) return 'holds characters that have to be percent-encoded'
  return percentProblem(path)
}
const percentProblem = says(/^(?:[^%]|%[0-9a-f]{2})*$/i, 'holds a % that is not followed by two hex digits')

/** Percent-encodings that Kong leaves as they are; it compares all else decoded (RFC 3986 §2.2). */
const KEPT_CODES = new Set(
  [..."!#$%&'()*+,/:;=?@[]"].map((char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`),
)

/** A route's path: text that requests begin with, or a regular expression behind `~`. */
export const routePathProblem: TextRule = (path) => {
  if (path.startsWith('~')) return expressionProblem(path.slice(1)) ?? (isPath(path) ? percentProblem(path) : undefined)
  if (percentProblem(path) !== undefined && /^\/[\w.\-~/%:@!$&'()*+,;=]*$/.test(path)) return percentProblem(path)
  if (path.match(/%[0-9a-f]{2}/gi)?.some((code) => !KEPT_CODES.has(code)) === true)
    return 'may percent-encode reserved characters only, with capital hex digits'
  return /\/\.{1,2}(\/|$)/.test(path) ? 'must not contain /./ or /../' : undefined
}
function isPath(path: string): boolean {
  return /^\/[\w.\-~/%:@!$&'()*+,;=]*$/.test(path)
}
