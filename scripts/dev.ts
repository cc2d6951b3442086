// npm start (dev/command.ts), with what Node has compiled at an earlier start.
import { useCompileCache } from '@mobile-api-gateway/sdk/compile-cache.ts'

useCompileCache()
await import('./dev/command.ts')
