// What a function of the PDK is: what it gets and what it may say.
import type { NamedConsumer } from '../config/types.ts'
import type { Exchange } from '../http/exchange.ts'

/** What Kong leaves to nginx's configuration. */
export interface PdkSettings {
  /** `lua_max_req_headers`: how many headers `get_headers()` shows where no number is given [100]. */
  readonly maxHeaders: number
  /** What whoever opens `/` is told, where no route leads. */
  readonly about?: string | undefined
  /** Those of kong.yml, for plugins that look them up. */
  readonly consumers?: readonly NamedConsumer[]
  readonly log: (level: string, message: string, exchange: Exchange) => void
}

/** One PDK function. Text arguments are text, text results are bytes as latin1. @throws {LuaError} */
export type PdkFunction = (exchange: Exchange, args: readonly unknown[], settings: PdkSettings) => unknown
