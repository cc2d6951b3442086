// What an application hears while an administrator has put it out of use, or every API that it may call.
import { type Client, isApproved } from '../../store/queries/clients.ts'
import { OAuthError } from '../errors.ts'

/**
 * Another word than for a grant that is no good: logins of its people are kept, and go on when it is restored.
 * @throws {OAuthError} unauthorized_client (RFC 6749 §4.1.2.1, §5.2)
 */
export function requireInUse(client: Client): void {
  const { isSuspended, suspendedApis } = client
  if (isSuspended) throw new OAuthError('unauthorized_client', 'this application has been suspended')
  if (suspendedApis.length > 0 && !isApproved(client))
    throw new OAuthError(
      'unauthorized_client',
      suspendedApis.length === 1
        ? 'the API that this application is subscribed to has been suspended'
        : 'the APIs that this application is subscribed to have been suspended',
    )
}
