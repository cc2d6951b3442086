// What becomes of credentials on the way to the backend: the app's are taken away, the gateway's own is added.
import type { BackendConfig } from '../../schema/config.ts'
import { CLEAR, type RequestHeaders } from '../effects.ts'

/**
 * A backend that never sees tokens can neither leak nor misuse them. A proof of possession is for the gateway's address
 * and worth nothing to anybody behind it, so it is never passed on.
 */
export function credentialHeaders(config: BackendConfig): RequestHeaders {
  const { forward_token, backend_secret, backend_secret_header } = config
  return {
    ...(forward_token ? {} : { Authorization: CLEAR }),
    DPoP: CLEAR,
    // By this the backend knows that the call came through the gateway, whoever else can reach it.
    ...(backend_secret === undefined ? {} : { [backend_secret_header]: backend_secret }),
  }
}

/** Headers that Kong's log plugins must not show; Authorization they leave out by themselves. */
export function secretHeaders({ backend_secret, backend_secret_header }: BackendConfig): readonly string[] {
  return backend_secret === undefined ? [] : [backend_secret_header]
}
