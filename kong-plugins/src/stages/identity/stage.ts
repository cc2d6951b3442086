// The stage that tells the backend who calls, and takes away whatever the client itself said of that.
import type { BackendConfig } from '../../schema/backend.ts'
import type { Caller } from '../caller.ts'
import type { PassEffects, RequestHeaders } from '../effects.ts'
import { callerNote } from './caller-note.ts'
import { credentialHeaders, secretHeaders } from './credential-headers.ts'
import { identityHeaders } from './identity.ts'

/** What becomes of a request's headers. */
export interface Introduction extends Required<Pick<PassEffects, 'requestHeaders' | 'secretHeaders'>> {
  /** The same for the guard. */
  readonly note: string
}

/** Introduces a caller. @param claims headers of claims @param consumer id of the one that Kong was told of, if any */
export type Introduce = (caller: Caller, claims: RequestHeaders, consumer: string | undefined) => Introduction

/** Prepares the stage for one config. */
export function identityStage(config: BackendConfig): Introduce {
  const credentials = credentialHeaders(config)
  const secrets = secretHeaders(config)
  return (caller, claims, consumer) => {
    const identity = identityHeaders(caller)
    return {
      requestHeaders: { ...identity, ...claims, ...credentials },
      secretHeaders: secrets,
      note: callerNote(identity, { claims, consumer }),
    }
  }
}
