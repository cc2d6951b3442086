// Spares the tests the making of RSA keys: each server of a process gets the same ones, as many as it asks for.
const generateKey = crypto.subtle.generateKey.bind(crypto.subtle)
const made: ReturnType<SubtleCrypto['generateKey']>[] = []
let given = 0

/** The next server comes: it gets the first key again. */
export function reuseKeys(): void {
  given = 0
}

function reuse(...args: Parameters<typeof generateKey>) {
  const [algorithm] = args
  if (typeof algorithm === 'string' || !algorithm.name.startsWith('RSASSA')) return generateKey(...args)
  const next = given++
  made[next] ??= generateKey(...args)
  return made[next]
}
Object.defineProperty(crypto.subtle, 'generateKey', { value: reuse })
