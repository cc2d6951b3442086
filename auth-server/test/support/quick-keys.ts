// Spares the tests the making of RSA keys: each server of a process starts with the same ones. What a test itself makes is its own.
import { AsyncLocalStorage } from 'node:async_hooks'

const generateKey = crypto.subtle.generateKey.bind(crypto.subtle)
const made: ReturnType<SubtleCrypto['generateKey']>[] = []
const start = new AsyncLocalStorage<{ given: number }>()

/** Starts a server, whose keys are those of the one before. */
export function withQuickKeys<T>(starts: () => Promise<T>): Promise<T> {
  return start.run({ given: 0 }, starts)
}

function reuse(...args: Parameters<typeof generateKey>) {
  const [algorithm] = args
  const server = start.getStore()
  if (!server || typeof algorithm === 'string' || !algorithm.name.startsWith('RSASSA')) return generateKey(...args)
  const next = server.given++
  made[next] ??= generateKey(...args)
  return made[next]
}
Object.defineProperty(crypto.subtle, 'generateKey', { value: reuse })
