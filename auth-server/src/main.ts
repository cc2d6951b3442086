// Starts the authorization server, with what Node has compiled at an earlier start.
import { useCompileCache } from '@mobile-api-gateway/sdk/compile-cache.ts'

useCompileCache()
const { serve } = await import('./serve.ts')
await serve(process.env)
