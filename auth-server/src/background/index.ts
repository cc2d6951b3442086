// What the server does when nobody asks: keys follow the schedule, obsolete rows go.
import type { FastifyBaseLogger } from 'fastify'
import type { Deps } from '../deps.ts'
import { removeObsoleteRows } from '../store/cleanup.ts'
import { rotateKeys } from '../tokens/signing-keys.ts'
import { type Job, startJobs } from './job.ts'

/** Starts every background job. Returns what ends them. */
export const startBackground = ({ db, config, keys }: Deps, log: FastifyBaseLogger): (() => Promise<void>) => {
  const jobs: readonly Job[] = [
    { name: 'reload signing keys', everySeconds: 30, run: () => keys.reload() },
    {
      name: 'rotate signing keys',
      everySeconds: 3600,
      run: async () => {
        const algorithms = await rotateKeys(db, config.keyEncryptionKey)
        if (algorithms.length > 0) log.info({ algorithms }, 'published new signing keys')
      },
    },
    {
      name: 'remove obsolete rows',
      everySeconds: 60,
      run: async () => {
        const removed = await removeObsoleteRows(db)
        if (Object.keys(removed).length > 0) log.debug({ removed }, 'removed obsolete rows')
      },
    },
  ]
  return startJobs(jobs, log)
}
