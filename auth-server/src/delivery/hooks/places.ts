// Places for questions to one hook: so many at once, of one person one at a time; whoever gets none in time is told so.

/** The question was never asked: others were before it for as long as it could wait. */
export class NoPlace extends Error {}

/** Of one person; each further one is told at once. */
const MAX_WAITING = 16

interface Waiting {
  readonly person: string
  readonly enter: () => void
}

/** @param most that are under way at once, each of another person */
export function openPlaces(most: number) {
  const inside = new Set<string>()
  const waiting = new Set<Waiting>()

  function fill(): void {
    for (const one of waiting) {
      if (inside.size >= most) return
      if (inside.has(one.person)) continue
      waiting.delete(one)
      inside.add(one.person)
      one.enter()
    }
  }

  function enter(person: string, millis: number): Promise<void> {
    const before = [...waiting].filter((one) => one.person === person).length
    if (before >= MAX_WAITING) return Promise.reject(new NoPlace('too many questions about one person wait'))
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(one)
        reject(new NoPlace('no place in time'))
      }, millis)
      const one: Waiting = {
        person,
        enter: () => {
          clearTimeout(timer)
          resolve()
        },
      }
      waiting.add(one)
      fill()
    })
  }

  /** Does it once there is a place. @throws {NoPlace} after so many milliseconds without one */
  return async <T>(person: string, millis: number, work: () => Promise<T>): Promise<T> => {
    await enter(person, millis)
    try {
      return await work()
    } finally {
      inside.delete(person)
      fill()
    }
  }
}
