// Where Node keeps what it has compiled: some 2000 modules are stripped of their types once, not at each start.
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

/**
 * Beside the libraries, and nowhere that others may write. What is missing or cannot be written only costs time.
 * The value of NODE_COMPILE_CACHE for other processes.
 */
export const COMPILE_CACHE = join(import.meta.dirname, '..', '..', '..', 'node_modules', '.cache', 'compiled')

/**
 * To be called before what takes its time is imported, so by the file that Node is started with. Where NODE_COMPILE_CACHE
 * or NODE_DISABLE_COMPILE_CACHE is set, that counts.
 */
export function useCompileCache(): void {
  enableCompileCache(COMPILE_CACHE)
}
