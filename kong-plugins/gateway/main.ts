// Starts the embedded gateway (life/command.ts), with what Node has compiled at an earlier start.
import { useCompileCache } from '@mobile-api-gateway/sdk/compile-cache.ts'

useCompileCache()
await import('./life/command.ts')
