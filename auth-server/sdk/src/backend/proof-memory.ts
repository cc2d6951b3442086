// Which proofs of possession this process has seen (RFC 9449 §11.1), for as long as one counts.

/** Notes the proof of a key; false when it was noted before, or when nothing can be noted. */
export type NoteProofOnce = (thumbprint: string, jti: string) => boolean | Promise<boolean>

/** A proof counts from a minute before to a minute after it was made, by this machine's clock. */
export const PROOF_WINDOW_SECONDS = 60
/** About 20 MB. Whoever sends more within two minutes is refused, so that nobody can make this process forget. */
const MAX_PROOFS = 100_000

/** A memory of this process alone. */
export function proofMemory(now: () => number = Date.now): NoteProofOnce {
  // In the order in which they came, so the first to go are at the front.
  const seen = new Map<string, number>()
  return (thumbprint, jti) => {
    const time = now()
    for (const [proof, until] of seen) {
      if (until > time) break
      seen.delete(proof)
    }
    const proof = `${thumbprint} ${jti}`
    if (seen.has(proof) || seen.size >= MAX_PROOFS) return false
    seen.set(proof, time + 2 * PROOF_WINDOW_SECONDS * 1000)
    return true
  }
}
