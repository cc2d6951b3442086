// Why a trial failed, in words for administrators: the check that failed, and what the provider itself says of it.
import { inBrief } from '../../logger/brief-error.ts'

const MAX_WORDS = 600
/** Of an error of the libraries, and of an answer with an OAuth error. */
const PARTS = ['error', 'error_description', 'status'] as const

/** An error with the OAuth error of the provider in it, where it has one (RFC 6749 §4.1.2.1, §5.2). */
export function failureInWords(error: unknown): string {
  const words = [inBrief(error), ...saidIn(error)]
  return readable([...new Set(words)].join(': '))
}

/** What the provider says in its answer instead of an authorization code. */
export function refusalInWords(answer: URLSearchParams): string | null {
  const words = [answer.get('error'), answer.get('error_description')].filter((part) => part !== null && part !== '')
  return words.length === 0 ? null : readable(words.join(': '))
}

function saidIn(error: unknown): readonly string[] {
  const words: string[] = []
  for (let each = error, depth = 0; each instanceof Error && depth < 5; each = each.cause, depth += 1)
    for (const said of [each, answerIn(each.cause)]) words.push(...wordsIn(said))
  return words
}

function wordsIn(said: object): readonly string[] {
  return PARTS.flatMap((part) => {
    const value: unknown = Object.hasOwn(said, part) ? Object(said)[part] : undefined
    return typeof value === 'string' || typeof value === 'number' ? [String(value)] : []
  })
}

/** What libraries put beside an answer that they cannot use: some providers refuse under 200 (GitHub does). */
function answerIn(cause: unknown): object {
  const body: unknown = Object(cause).body
  return typeof body === 'object' && body !== null ? body : {}
}

/** Of it a browser, or whoever stands behind the provider, can have written any word. */
function readable(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]+/gu, ' ')
    .slice(0, MAX_WORDS)
    .toWellFormed()
}
