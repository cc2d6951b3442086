// What is wrong with an answer, whatever was asked: nothing goes wrong inside, nothing is told of the inside, nothing sent comes back as markup.
import { MARK } from './plan.ts'

export interface JudgedAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: string
}

/** In no page or message: places in the code, and what PostgreSQL says. */
const INSIDE =
  /\n\s+at \S.{0,200}:\d+:\d+|node_modules|\/src\/[\w/-]+\.ts|violates .{0,40}constraint|syntax error at or near/

/** Nothing, or what is wrong. */
export function faultOf({ status, headers, body }: JudgedAnswer): string | undefined {
  const type = String(headers['content-type'] ?? '')
  if (status >= 500 && !(status === 503 && headers['retry-after'] !== undefined)) return `status ${status}`
  if (headers['x-injected'] !== undefined) return 'a header that was sent as a value'
  if (INSIDE.test(body)) return 'it tells of the inside'
  if (headers['x-content-type-options'] !== 'nosniff') return 'without nosniff'
  if (type.startsWith('text/html')) {
    if (body.includes(MARK)) return 'a page has what was sent as it was sent'
    if (headers['content-security-policy'] === undefined) return 'a page without a policy'
  }
  return undefined
}
