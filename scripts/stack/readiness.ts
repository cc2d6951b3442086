// How each kind of server shows that it is up: by an HTTP answer, or by the plugin server's list of names.
import { askNames } from '@mobile-api-gateway/kong-plugins/protocol/ask-names.ts'

/** True when a GET is answered below 500 (or, with `onlyOk`, by a 2xx) within a second. */
export async function answersHttp(url: string, { onlyOk = false } = {}): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1000), redirect: 'manual' })
    await response.body?.cancel()
    return onlyOk ? response.ok : response.status < 500
  } catch {
    return false
  }
}

/** True when the plugin server on this unix socket answers a call within a second. */
export function answersPluginCalls(socketPath: string): Promise<boolean> {
  return askNames(socketPath, 1000).then(
    () => true,
    () => false,
  )
}
