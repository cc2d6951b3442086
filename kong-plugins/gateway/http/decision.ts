// What the listener asks about each request; the configuration in force when it arrives has the answers.
import type { IncomingMessage } from 'node:http'
import type { Exchange } from './exchange.ts'

/** Plugins' last word on the headers of an answer, the gateway's own answers included. */
export type HeaderFilter = (exchange: Exchange) => void

/** Decides about requests. */
export interface Decider {
  /** Takes a request through checks, plugins and routing. Without an answer at the end it is for the backend. */
  readonly decide: (req: IncomingMessage, exchange: Exchange) => Promise<void>
  readonly headerFilter: HeaderFilter
}

/** A decider that a request is at work with. */
export interface HeldDecider {
  readonly config: Decider
  /** To be called once, when the request no longer needs it. */
  readonly release: () => void
}
