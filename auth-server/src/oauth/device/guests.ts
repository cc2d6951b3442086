// Which applications have guests: those that are registered for the grant of devices, at the APIs that admit guests.
import type { Client, Subscription } from '../../store/queries/clients.ts'
import { requireInUse } from '../client/suspension.ts'
import { OAuthError } from '../errors.ts'
import { requireGrant } from '../token/grants/grant.ts'

/** RFC 7523 §2.1: a JWT that the device's key has signed is the grant. */
export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/** What an app hears whose key speaks for no guest: also when it spoke for one who has an account now. */
export const NO_GUEST =
  'the key is not registered for this application, or its guest has ended or has an account; sign in, or make a new key pair'

/** @throws {OAuthError} unauthorized_client unless an app of this kind may have guests somewhere */
export function requireGuests(client: Client): void {
  requireInUse(client)
  requireGrant(client, DEVICE_GRANT)
  if (!client.subscriptions.some(admitsGuests))
    throw new OAuthError('unauthorized_client', 'no API that this application is subscribed to admits guests')
}

/**
 * The API that a guest's tokens are for: the one named, or the only one that admits guests.
 * @throws {OAuthError} unauthorized_client, invalid_target
 */
export function requireAdmission(client: Client, resource: string | null): Subscription {
  requireGuests(client)
  const admitting = client.subscriptions.filter(admitsGuests)
  const [only, other] = resource === null ? admitting : admitting.filter((one) => one.resource === resource)
  if (only === undefined && client.suspendedApis.some((api) => api.resource === resource))
    throw new OAuthError('invalid_target', 'the API of that resource has been suspended')
  if (only === undefined)
    throw new OAuthError(
      'invalid_target',
      'this application is not subscribed to that resource, or it admits no guests',
    )
  if (other !== undefined)
    throw new OAuthError('invalid_target', 'resource is missing; several APIs of this application admit guests')
  return only
}

function admitsGuests({ guestPlan }: Subscription): boolean {
  return guestPlan !== null
}
