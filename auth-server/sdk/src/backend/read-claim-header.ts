// Reads what a header of the gateway's `claim_headers` says of the caller. Whatever is doubled or no such value is an error.
import { claimHeaderMembers, isClaimHeader } from '../claim-header.ts'
import { type HeaderInput, headerReader } from './header-values.ts'
import { IdentityError } from './identity-error.ts'

/**
 * The claim that a header carries, `true` and `false` as these words; undefined when the gateway did not tell it.
 * @throws {IdentityError} when it does not say one thing plainly
 */
export function readClaimHeader(headers: HeaderInput, name: string): string | undefined {
  const [member, ...others] = readClaimListHeader(headers, name)
  if (others.length > 0) throw new IdentityError('malformed_header', { detail: name })
  return member
}

/** The same for a claim that is a list; empty when the gateway did not tell it. */
export function readClaimListHeader(headers: HeaderInput, name: string): readonly string[] {
  // Any other header is one that clients can send.
  if (!isClaimHeader(name)) throw new TypeError(`${name} is no header of claim_headers`)
  const value = headerReader(headers)(name)
  const members = value === undefined ? [] : claimHeaderMembers(value)
  if (members === undefined) throw new IdentityError('malformed_header', { detail: name })
  return members
}
