// What follows from a thing is worked out once, and kept for as long as the thing itself.

/** Works it out when a thing is first seen; who asks again is given the very same. */
export function oncePer<Thing extends object, Result>(workOut: (thing: Thing) => Result): (thing: Thing) => Result {
  const known = new WeakMap<Thing, { readonly result: Result }>()
  return (thing) => {
    const before = known.get(thing)
    if (before) return before.result
    const result = workOut(thing)
    known.set(thing, { result })
    return result
  }
}
