// What routes and jobs are given to work with; built once in main, or by a test.
import type { Config } from './config.ts'
import type { Cookies } from './http/cookies.ts'
import type { Limits } from './limits/index.ts'
import type { Metrics } from './metrics/metrics.ts'
import type { Db } from './store/database.ts'
import type { KeyRing } from './tokens/signing-keys.ts'

export interface Deps {
  readonly config: Config
  readonly db: Db
  readonly keys: KeyRing
  readonly cookies: Cookies
  readonly limits: Limits
  readonly metrics: Metrics
}
