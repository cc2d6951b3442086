// The name of a request, which its answer, its lines in the log and its events in the audit log have in common.
import { randomSecret } from '../crypto/random.ts'

/** The header of every answer. What a caller sends under this name counts for nothing: it would name other requests. */
export const REQUEST_ID = 'x-request-id'

/** One that no other request has, over all instances and restarts. */
export function newRequestId(): string {
  return randomSecret(12)
}
