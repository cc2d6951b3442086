// Errors in the log: a stack for what nobody expects, a sentence for what happens to every server (a connection that is refused, a wait that is over).
import { errorFacts } from '@mobile-api-gateway/sdk/error-facts.ts'
import { pino } from 'pino'

/** The operating system's, as ECONNREFUSED; Node's own codes have an underscore and are mistakes of ours. */
const SYSTEM_CODE = /^E[A-Z]+$/
/** SQLSTATE: connection exceptions, lack of resources, operator intervention. */
const DATABASE_AWAY = /^(?:08|53|57P)/
const GIVEN_UP: ReadonlySet<string> = new Set(['AbortError', 'TimeoutError'])

function chainOf(error: unknown): readonly Error[] {
  const chain: Error[] = []
  for (let each = error; each instanceof Error && chain.length < 5 && !chain.includes(each); each = each.cause)
    chain.push(each)
  return chain
}

function isExpected(error: Error): boolean {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return SYSTEM_CODE.test(code) || DATABASE_AWAY.test(code) || GIVEN_UP.has(error.name)
}

/** What an error and its causes say, in one line. */
export function inBrief(error: unknown): string {
  const said = chainOf(error).map((each) => each.message || each.name)
  return said.length === 0 ? String(error) : [...new Set(said)].join(': ').replace(/\s+/g, ' ')
}

/** As pino takes it for `err`. */
export function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  if (chainOf(error).some(isExpected)) return { type: error.name, message: inBrief(error) }
  const { type, message, stack } = pino.stdSerializers.err(error)
  return { type, message, stack, ...errorFacts(error) }
}
