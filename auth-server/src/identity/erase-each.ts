// A run that erases many: each in a transaction of its own, all that there are, and one who cannot be erased keeps nobody else.

/** Who is asked for at a time. */
const AT_ONCE = 100

export interface ErasureRun {
  /** Who is to be erased, without those of whom this run knows already that they stay. */
  readonly list: (limit: number, without: readonly string[]) => Promise<readonly string[]>
  /** False when there was nothing to erase after all. */
  readonly erase: (personId: string) => Promise<boolean>
  readonly signal: AbortSignal | undefined
}

/**
 * Returns how many were erased.
 * @throws {AggregateError} after the others, when some could not be erased
 */
export async function eraseEach({ list, erase, signal }: ErasureRun): Promise<number> {
  let erased = 0
  const failures: unknown[] = []
  const left: string[] = []
  for (let due = await list(AT_ONCE, left); due.length > 0; due = await list(AT_ONCE, left))
    for (const personId of due) {
      if (signal?.aborted) return erased
      const isErased = await erase(personId).catch((error: unknown) => {
        failures.push(error)
        return false
      })
      if (isErased) erased++
      else left.push(personId)
    }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} people could not be erased`)
  return erased
}
