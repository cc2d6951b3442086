// The ledgers of this process, one for each auth server that it is a client of, found by policy and issuer.
import type { Clock } from '../clock.ts'
import type { Holder } from '../holder.ts'
import type { RevocationsConfig } from '../schema/revocations.ts'
import type { IssuerConfig } from '../schema/token-config.ts'
import { createLedger, type Ledger } from './ledger.ts'

/** A ledger, and whom it is for. */
export interface AddressedLedger {
  readonly issuer: string
  /** With the secret of the configuration in force. */
  readonly access: RevocationsConfig
  readonly ledger: Ledger
}

/** What a policy says of its issuers. */
interface PolicyIssuers {
  readonly policy: string
  readonly issuers: readonly Pick<IssuerConfig, 'issuer' | 'revocations'>[]
}

export interface Ledgers {
  /** Tokens of these issuers are counted under this policy, where this gateway is a client of theirs. */
  open(config: PolicyIssuers, holder: Holder): void
  /** The ledger of an issuer's tokens; undefined where nobody wants to know. */
  of(policy: string, issuer: string): Ledger | undefined
  all(): readonly AddressedLedger[]
}

/** Creates an empty register. Ledgers stay: what is in them is still to be told when a configuration has ended. */
export function createLedgers(clock: Clock): Ledgers {
  const byAccess = new Map<string, AddressedLedger>()
  const byPolicy = new Map<string, Ledger>()

  function openOne(policy: string, issuer: string, access: RevocationsConfig): void {
    const key = JSON.stringify([issuer, access.url, access.tokenUrl, access.clientId])
    const ledger = byAccess.get(key)?.ledger ?? createLedger(clock)
    byAccess.set(key, { issuer, access, ledger })
    byPolicy.set(nameOf(policy, issuer), ledger)
  }

  return {
    open({ policy, issuers }, holder) {
      const openAll = (): void => {
        for (const { issuer, revocations } of issuers) if (revocations) openOne(policy, issuer, revocations)
      }
      openAll()
      holder.whenCurrent(openAll)
    },
    of: (policy, issuer) => byPolicy.get(nameOf(policy, issuer)),
    all: () => [...byAccess.values()],
  }
}

function nameOf(policy: string, issuer: string): string {
  return `${policy}\n${issuer}`
}
