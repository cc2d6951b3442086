// Whether the host of a provider takes connections, for kinds that cannot be asked anything without somebody who signs in.
import { withoutBrackets } from '@mobile-api-gateway/sdk/network.ts'
import { guardedConnection } from '../../http/outbound/guarded-connection.ts'
import { ForbiddenAddress } from '../../http/outbound/guarded-request.ts'
import type { UpstreamTools } from './provider.ts'

interface Knocking {
  /** Who else goes there: a host that this server asks was named by the operator, and may be anywhere. */
  readonly forWhom: 'browsers' | 'this server'
  readonly allowLoopback: boolean
  readonly timeoutMillis: number
}

/** Notes how it ends. @throws {Error} when nobody is there */
export async function knockAt(
  { reach }: Pick<UpstreamTools, 'reach'>,
  address: string,
  { forWhom, allowLoopback, timeoutMillis }: Knocking,
): Promise<void> {
  const trustedHosts = forWhom === 'browsers' ? [] : [withoutBrackets(new URL(address).hostname)]
  await reach(() =>
    guardedConnection(address, { timeoutMillis, allowLoopback, trustedHosts }).catch((error: unknown) => {
      // Browsers may get there all the same: then nothing is known of it.
      if (forWhom !== 'browsers' || !isHiddenFromUs(error)) throw error
    }),
  )
}

/** In a network where this server does not look, or by a name that it cannot find. */
function isHiddenFromUs(error: unknown): boolean {
  if (error instanceof ForbiddenAddress) return true
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ENOTFOUND' || code === 'EAI_AGAIN'
}
