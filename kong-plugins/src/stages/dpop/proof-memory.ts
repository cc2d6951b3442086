// Remembers which proofs of possession were used, for as long as they would still be accepted (RFC 9449 §11.1).
import { hash } from 'node:crypto'
import type { ProofClaims } from '@mobile-api-gateway/sdk/judged-proof.ts'
import { inParts } from '../../parts.ts'

/** What is remembered of a proof. */
export type UsedProof = Pick<ProofClaims, 'thumbprint' | 'jti' | 'issuedAt'>

interface Decided {
  readonly kind: 'first' | 'repeated'
}

/** What became of a proof. `undecided`: nobody can say whether it was used before. */
export type FirstUse = Decided | { readonly kind: 'undecided'; readonly why: string }

/** Accepts each proof once. */
export interface ProofMemory {
  /** Call it last: a proof noted for a request that fails for another reason is spent. */
  use(proof: UsedProof, windowSeconds: number): FirstUse | Promise<FirstUse>
}

/** The memory of this process. Not a promise on purpose: between look and note nobody else can come. */
export interface LocalProofMemory {
  use(proof: UsedProof, windowSeconds: number): FirstUse
  /** All that is remembered, in parts. */
  records(): Iterable<ProofsRecord>
  /** Takes over what another process has accepted. */
  adopt(record: ProofsRecord): void
  /** Proofs remembered at present. */
  readonly size: number
}

/** Used proofs on their way from one process to its successor: of one slice of time. */
export interface ProofsRecord {
  readonly slice: number
  readonly until: number
  readonly digests: readonly string[]
}

/** About 100 MB. At two thousand calls a second with the longest window there are no more. */
const MAX_PROOFS = 1_000_000
/** Proofs that were made within one slice of time are forgotten together, in seconds. */
const SLICE_SECONDS = 10

interface Slice {
  /** Seconds since 1970 after which none of its proofs is accepted any more. */
  until: number
  readonly digests: Set<string>
}

/** Creates an empty memory. When it is full, it refuses: to forget a proof early would be to accept it twice. */
export function createLocalProofMemory(nowSeconds: () => number, { maxProofs = MAX_PROOFS } = {}): LocalProofMemory {
  // By the time that the proof itself states: signed by its key, so the same proof is always looked for in one place.
  const slices = new Map<number, Slice>()
  let size = 0
  let sweptAt = Number.NEGATIVE_INFINITY

  function sweep(now: number): void {
    if (now - sweptAt < 1) return
    sweptAt = now
    for (const [number, { until, digests }] of slices) {
      if (until >= now) continue
      size -= digests.size
      slices.delete(number)
    }
  }

  return {
    get size() {
      return size
    },
    *records() {
      for (const [slice, { until, digests }] of slices)
        for (const part of inParts([...digests])) yield { slice, until, digests: part }
    },
    adopt({ slice: number, until, digests }) {
      const slice = slices.get(number) ?? { until, digests: new Set() }
      slice.until = Math.max(slice.until, until)
      for (const digest of digests) {
        if (size >= maxProofs || slice.digests.has(digest)) continue
        slice.digests.add(digest)
        size += 1
      }
      slices.set(number, slice)
    },
    use(proof, windowSeconds) {
      sweep(nowSeconds())
      const number = Math.floor(proof.issuedAt / SLICE_SECONDS)
      const slice = slices.get(number) ?? { until: 0, digests: new Set() }
      const digest = digestOf(proof)
      if (slice.digests.has(digest)) return { kind: 'repeated' }
      if (size >= maxProofs) return { kind: 'undecided', why: 'too many proofs of possession to remember' }
      slice.until = Math.max(slice.until, (number + 1) * SLICE_SECONDS + windowSeconds)
      slice.digests.add(digest)
      slices.set(number, slice)
      size += 1
      return { kind: 'first' }
    },
  }
}

/** A jti is unique for its key; the signature is left out, for there may be several of one content. */
export function digestOf({ thumbprint, jti }: UsedProof): string {
  return hash('sha256', `${thumbprint} ${jti}`, 'base64url')
}
