// What an application hears while an administrator has put it out of use.
import type { Client } from '../../store/queries/clients.ts'
import { OAuthError } from '../errors.ts'

/**
 * Another word than for a grant that is no good: logins of its people are kept, and go on when it is restored.
 * @throws {OAuthError} unauthorized_client (RFC 6749 §4.1.2.1, §5.2)
 */
export function requireInUse({ isSuspended }: Client): void {
  if (isSuspended) throw new OAuthError('unauthorized_client', 'this application has been suspended')
}
