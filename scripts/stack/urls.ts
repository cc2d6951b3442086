// The addresses of a stack on this machine, and which addresses of kong.yml they stand for.
import type { Origins } from '@mobile-api-gateway/auth-server/config/yaml-origins.ts'
import type { Ports } from './ports.ts'
import type { PublicUrls } from './public-urls.ts'

/** Addresses for people, apps and browsers. */
export interface StackUrls {
  /** Issuer and origin of the auth server. */
  readonly issuer: string
  readonly api: string
  readonly gateway: string
  /** The demo API as clients call it: its resource URI, the `aud` of its tokens. */
  readonly resource: string
  /** Origins in kong.yml → origins here. */
  readonly origins: Origins
}

/** `localhost` in what clients see, as the browser needs it, unless there is an address for phones elsewhere; 127.0.0.1 between our own processes, where listeners are. */
export function stackUrls(ports: Ports, publicUrls?: PublicUrls): StackUrls {
  const issuer = publicUrls?.auth ?? `http://localhost:${ports.auth}`
  const gateway = publicUrls?.gateway ?? `http://localhost:${ports.gateway}`
  return {
    issuer,
    api: `http://localhost:${ports.api}`,
    gateway,
    resource: resourceOf(gateway),
    origins: {
      'http://mobile-api:3000': `http://127.0.0.1:${ports.api}`,
      'http://auth-server:4000': `http://127.0.0.1:${ports.auth}`,
      'http://localhost:4000': issuer,
      'http://localhost:8000': gateway,
    },
  }
}

/** The demo API at a gateway, as its clients name it. */
export function resourceOf(gateway: string): string {
  return `${gateway}/mobile`
}
