// What a call is counted under: its user and application, an application that calls for itself, or an address.
import type { Caller } from '../caller.ts'
import { networkOf } from './network.ts'

/** Names of the counts that one call adds to. Somebody unknown belongs to no application. */
export interface CountKeys {
  readonly subject: string
  readonly application: string | undefined
}

/**
 * Both names begin with the same `{…}`, the owner of the call. Each part is percent-encoded, so no two callers can be
 * glued to look alike.
 */
export function countKeys(countAs: string, caller: Caller): CountKeys {
  if (caller.kind === 'anonymous') {
    const network = networkOf(caller.address)
    return { subject: `{${countAs}:address:${encodeURIComponent(network)}}`, application: undefined }
  }
  const { clientId, issuer, subject } = caller
  const owner = [countAs, ...(issuer === undefined ? [] : [issuer]), clientId].map(encodeURIComponent).join(':')
  const application = `{${owner}}`
  const own = caller.kind === 'application' ? 'client' : `user:${encodeURIComponent(subject)}`
  return { subject: `${application}:${own}`, application: `${application}:all` }
}
