// A made-up caller for development, when no gateway stands before the backend. There is no switch that allows it in production.
import { IDENTITY_HEADER } from '../identity-headers.ts'
import type { Identity } from './identity.ts'
import { IdentityError } from './identity-error.ts'
import type { IdentitySource } from './identity-source.ts'

const FOR_DEVELOPMENT = ['development', 'test']
/** What a tunnel or a proxy on this machine says of a call that it passes on. */
const PASSED_ON = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'via']
const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|::1|::ffff:127(?:\.\d{1,3}){3})$/

/**
 * Takes every call for one of this caller, or of whom the function makes of it. It counts for calls from this machine
 * that no gateway, proxy or tunnel has passed on, and nowhere else.
 * @throws {Error} unless NODE_ENV says `development` or `test`: what is not said is production
 */
export function fakeIdentity(identity: Identity | IdentitySource): IdentitySource {
  const { NODE_ENV } = process.env
  if (!FOR_DEVELOPMENT.some((environment) => environment === NODE_ENV)) {
    throw new Error(
      `fakeIdentity() is for development: NODE_ENV is ${NODE_ENV ?? 'not set'}, and must be development or test.`,
    )
  }
  return (request) => {
    const isPassedOn = PASSED_ON.some((name) => request.headers[name] !== undefined)
    if (isPassedOn || !LOOPBACK.test(request.socket.remoteAddress ?? '')) throw new IdentityError('not_loopback')
    // A gateway is there after all, so it is to be believed and nobody else.
    if (request.headers[IDENTITY_HEADER.kind.toLowerCase()] !== undefined)
      throw new IdentityError('contradictory_headers', {
        detail: 'the call names a caller, and a made-up one is configured',
      })
    return typeof identity === 'function' ? identity(request) : identity
  }
}
