// Starts the plugin server, or describes the plugins (command.ts), with what Node has compiled at an earlier start.
import { useCompileCache } from '@mobile-api-gateway/sdk/compile-cache.ts'

useCompileCache()
await import('./command.ts')
