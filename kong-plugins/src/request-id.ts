// The name of a call, as its answer has it in X-Kong-Request-Id; the log names it so, too.
import { setTimeout as delay } from 'node:timers/promises'
import type { KongReader } from './protocol/kong.ts'

/** As members of a line in the log. */
export interface NamedRequest {
  readonly requestId?: string | undefined
}

/** Nobody's answer waits longer for its name in the log. */
const MAX_WAIT_MILLIS = 200

/** Undefined where Kong does not say. */
export async function requestIdOf(kong: KongReader): Promise<string | undefined> {
  const given = new AbortController()
  const tooLong = delay(MAX_WAIT_MILLIS, undefined, { signal: given.signal, ref: false }).catch(() => undefined)
  const asked = kong.nginx.getVar('kong_request_id').catch(() => undefined)
  return Promise.race([asked, tooLong]).finally(() => given.abort())
}
