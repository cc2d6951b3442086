// Verifies a chain from its anchor to its head, seal by seal: one that is in the database, or in an exported file.
import type { ChainPoint, Sealed } from '../store/tables/audit-seals.ts'
import { BEGINNING, findMisfit } from './chain.ts'

/** What is known of a chain besides its seals. */
export interface ChainFrame {
  readonly anchor: ChainPoint
  /** The moment before which an event that `ends` may be gone. */
  readonly endedBefore: string
}

/** The first thing that does not fit. */
export interface Misfit {
  /** Of the chain; undefined where an event is in none. */
  readonly position?: number
  readonly seq?: string
  readonly at?: string
  readonly problem: string
}

export interface Verified {
  /** Seals that fit. */
  readonly count: number
  /** The last of them, or the anchor. */
  readonly head: ChainPoint
  readonly misfit: Misfit | undefined
  /** Heads that were noted elsewhere and that nothing is left of: they are older than the anchor. */
  readonly endedHeads: readonly ChainPoint[]
}

/**
 * @param noted heads that were noted elsewhere: the chain has to lead to each of them
 */
export async function verifyChain(
  { anchor, endedBefore }: ChainFrame,
  seals: AsyncIterable<Sealed>,
  noted: readonly ChainPoint[] = [],
): Promise<Verified> {
  const endedHeads = noted.filter(({ position }) => position < anchor.position)
  const due = new Map(noted.map(({ position, hash }) => [position, hash]))
  let before = anchor
  let count = 0
  const end = (misfit?: Misfit): Verified => ({ count, head: before, misfit, endedHeads })
  const isOther = ({ position, hash }: ChainPoint) => (due.get(position) ?? hash) !== hash
  if (anchor.position === 0 && anchor.hash !== BEGINNING.hash)
    return end({ position: 0, problem: 'the chain has another beginning' })
  if (isOther(anchor)) return end({ position: anchor.position, problem: 'the anchor is not the head that was noted' })
  for await (const sealed of seals) {
    const { position, seq, at } = sealed
    const problem =
      findMisfit(before, sealed, endedBefore) ??
      (isOther(sealed)
        ? 'its hash is not that of the head that was noted: what was sealed up to here is another chain'
        : undefined)
    if (problem !== undefined) return end({ position, seq, at, problem })
    before = { position, hash: sealed.hash }
    count += 1
  }
  const missing = noted.find(({ position }) => position > before.position)
  return end(
    missing && {
      position: missing.position,
      problem: `the chain ends at position ${before.position}, and there was more: a head was noted here`,
    },
  )
}
