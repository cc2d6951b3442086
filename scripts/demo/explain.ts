// What the auth server said when it refused, in a sentence: its error code and its description (RFC 6749 §4.1.2.1, §5.2).
import { AuthorizationResponseError, ResponseBodyError } from 'oauth4webapi'

/** The refusal with its own words; any other error as it is. */
export function explain(error: unknown): unknown {
  if (!(error instanceof AuthorizationResponseError || error instanceof ResponseBodyError)) return error
  const why = error.error_description === undefined ? '' : `: ${error.error_description}`
  return new Error(`The auth server refused: ${error.error}${why}`, { cause: error })
}
