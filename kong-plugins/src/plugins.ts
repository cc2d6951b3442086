// The table of the plugins.
import { mobileGateway } from './plugins/mobile-gateway.ts'
import { mobileIdentity } from './plugins/mobile-identity.ts'
import { mobileMetadata } from './plugins/mobile-metadata.ts'
import { mobileQuota } from './plugins/mobile-quota.ts'
import { mobileToken } from './plugins/mobile-token.ts'
import type { Plugin } from './plugins/plugin.ts'

export type { Plugin }

/** All versions move together. */
export const VERSION = '0.1.0'

/** The table, in the order in which a chain of all would run. */
export const PLUGINS: readonly Plugin[] = [mobileGateway, mobileToken, mobileMetadata, mobileIdentity, mobileQuota]
