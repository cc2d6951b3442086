// What this process knows of policies: which plans they limit how, whose tokens they take, and for which APIs.
import { createShared, type Holder } from '../holder.ts'
import type { LimitsConfig } from '../schema/limits.ts'
import type { RevocationsConfig } from '../schema/revocations.ts'
import type { IssuerConfig } from '../schema/token-config.ts'

/** The plans of a policy. */
export interface PolicyLimits {
  readonly policy: string
  readonly plans: ReadonlyMap<string, LimitsConfig>
  readonly defaultLimit: LimitsConfig
}

/** What a policy says of its APIs. */
export interface ProtectedApis {
  readonly policy: string
  readonly audiences: Iterable<string>
  readonly issuers: readonly Pick<IssuerConfig, 'issuer' | 'revocations'>[]
}

/** The APIs of a policy, and the gateway's access to the issuer that knows them. */
export interface PolicyApis {
  readonly policy: string
  readonly audiences: readonly string[]
  readonly issuer: string
  readonly access: RevocationsConfig
}

/** All that is known by configurations in force. */
export interface KnownLimits {
  addLimits(config: PolicyLimits, holder: Holder): void
  addApis(config: ProtectedApis, holder: Holder): void
  inForce(): { readonly limits: readonly PolicyLimits[]; readonly apis: readonly PolicyApis[] }
  /** To be called whenever something may have changed. */
  onChange(listener: () => void): void
}

/** Creates an empty one. */
export function createKnownLimits(): KnownLimits {
  const limits = createShared<PolicyLimits>(() => changed())
  const apis = createShared<PolicyApis>(() => changed())
  let listener: (() => void) | undefined

  function changed(): void {
    listener?.()
  }

  return {
    addLimits({ policy, plans, defaultLimit }, holder) {
      const value = { policy, plans, defaultLimit }
      limits.hold(JSON.stringify([policy, [...plans], defaultLimit]), holder, () => value)
      holder.whenCurrent(changed)
    },
    addApis({ policy, audiences, issuers }, holder) {
      for (const { issuer, revocations } of issuers) {
        if (!revocations) continue
        const value = { policy, audiences: [...audiences], issuer, access: revocations }
        apis.hold(JSON.stringify(value), holder, () => value)
      }
      holder.whenCurrent(changed)
    },
    inForce: () => ({ limits: limits.inForce(), apis: apis.inForce() }),
    onChange(next) {
      listener = next
    },
  }
}
