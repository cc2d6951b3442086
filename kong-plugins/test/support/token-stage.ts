// The token stage with its real stores and keys fetched over HTTP; only the clocks are the test's.
import { pino } from 'pino'
import { readConfig } from '../../src/schema/read-config.ts'
import { type TokenConfig, tokenConfig } from '../../src/schema/token-config.ts'
import { createServices, type Services } from '../../src/services.ts'
import type { Denial } from '../../src/stages/effects.ts'
import { challengerOf } from '../../src/stages/token/challenge.ts'
import { toDenial } from '../../src/stages/token/refusals.ts'
import { tokenStores } from '../../src/stages/token/stage.ts'
import { type TokenDecision, verifyToken } from '../../src/stages/token/verify-token.ts'
import { gatewayConfig } from './issuer.ts'

/** Clocks that stand until they are moved. */
export interface TestClock {
  wall(): number
  monotonic(): number
  /** Moves both. */
  advance(milliseconds: number): void
}

/** Starts at the present, so that tokens signed now are valid. */
export function createTestClock(): TestClock {
  let wall = Date.now()
  let monotonic = 1000
  return {
    wall: () => wall,
    monotonic: () => monotonic,
    advance(milliseconds) {
      wall += milliseconds
      monotonic += milliseconds
    },
  }
}

/** A decision, and the policy it was made by. */
export type Decided = TokenDecision & { readonly policy: TokenConfig }

/** The stage, ready to be asked. */
export interface TokenStage {
  readonly clock: TestClock
  readonly services: Services
  /** Decides on a token, or on whatever the Authorization header holds. */
  decide(
    authorization: string | undefined,
    method?: string,
    proof?: string | undefined,
    requestLine?: string,
  ): Promise<Decided>
  /** The same stores, another policy. */
  withConfig(changes: Readonly<Record<string, unknown>>): TokenStage
}

/** Sets it up for tokens of `support/issuer.ts`. */
export function createTokenStage(jwksUri: string, changes: Readonly<Record<string, unknown>> = {}): TokenStage {
  const clock = createTestClock()
  const services = createServices(pino({ level: 'silent' }), { clock })
  const stageFor = (more: Readonly<Record<string, unknown>>): TokenStage => {
    const { plans, default_limit, ...config } = gatewayConfig(jwksUri, more)
    const policy = readConfig('mobile-token', tokenConfig, config)
    const stores = tokenStores(policy, services, services.proofs.local)
    return {
      clock,
      services,
      decide: async (authorization, method, header, requestLine = `${method ?? 'GET'} /mobile/echo HTTP/1.1`) => {
        const readProof = async () => ({ header, requestLine })
        const decision = await verifyToken({ authorization, method, readProof }, policy, stores)
        return { ...decision, policy }
      },
      withConfig: stageFor,
    }
  }
  return stageFor(changes)
}

/** Short words for a decision: `verified`, or the reason of the refusal as it is logged. */
export function verdict(decision: Decided): string {
  return decision.kind !== 'refused' ? decision.kind : denialOf(decision).reason
}

/** The answer to the client. */
export function denialOf(decision: Decided): Denial {
  if (decision.kind !== 'refused') throw new Error('the call was let in')
  return toDenial(decision.refusal, challengerOf(decision.policy), decision.scheme)
}
