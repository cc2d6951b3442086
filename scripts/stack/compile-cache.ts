// Where Node keeps what it has compiled: some 2000 modules are stripped of their types once, not at each start.
import { join } from 'node:path'

/** The value of NODE_COMPILE_CACHE; what is missing or cannot be written only costs time. */
export const COMPILE_CACHE = join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'compiled')
