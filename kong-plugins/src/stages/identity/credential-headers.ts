// What becomes of credentials on the way to the backend: the app's are taken away, the gateway's own is added.
import type { BackendConfig } from '../../schema/backend.ts'
import { CLEAR, type RequestHeaders } from '../effects.ts'

/**
 * A backend that never sees tokens can neither leak nor misuse them. A proof of possession is for the gateway's address
 * and worth nothing to anybody behind it, so it is never passed on.
 */
export function credentialHeaders({ forwardToken, backendSecret, backendSecretHeader }: BackendConfig): RequestHeaders {
  return {
    ...(forwardToken ? {} : { Authorization: CLEAR }),
    DPoP: CLEAR,
    // By this the backend knows that the call came through the gateway, whoever else can reach it.
    ...(backendSecret === undefined ? {} : { [backendSecretHeader]: backendSecret }),
  }
}

/** Headers that Kong's log plugins must not show; Authorization they leave out by themselves. */
export function secretHeaders({ backendSecret, backendSecretHeader }: BackendConfig): readonly string[] {
  return backendSecret === undefined ? [] : [backendSecretHeader]
}
