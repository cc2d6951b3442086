// What the server does when nobody asks: keys follow the schedule, the outbox is emptied, who has left is erased, obsolete rows go.
import type { FastifyBaseLogger } from 'fastify'
import { endOldEvents } from '../audit/end.ts'
import { headTeller } from '../audit/head.ts'
import { sealAuditLog } from '../audit/seal.ts'
import { sendDueEntries } from '../delivery/outbox.ts'
import type { Deps } from '../deps.ts'
import { eraseDueAccounts } from '../identity/deletion.ts'
import { pepperId } from '../identity/password.ts'
import { eraseUnseenGuests } from '../identity/unseen-guests.ts'
import type { Texts } from '../pages/locales/en.ts'
import { removeObsoleteRows } from '../store/cleanup.ts'
import { noteFirstPepper } from '../store/queries/peppers.ts'
import { trimRefusals } from '../store/queries/take-usage.ts'
import { setDeadHooksAside } from '../store/tables/outbox.ts'
import { RELOAD_EVERY_SECONDS, rotateKeys } from '../tokens/signing-keys.ts'
import { type Job, startJobs } from './job.ts'

/** One without words for administrators does not compile. */
type NamedJob = Job & Readonly<{ name: keyof Texts['administration']['health']['jobNames'] }>

/** Starts every background job. Returns what ends them. */
export function startBackground(deps: Deps, log: FastifyBaseLogger): () => Promise<void> {
  const ending = new AbortController()
  const stop = startJobs(jobsOf(deps, log, ending.signal), log, deps.jobs)
  return async () => {
    ending.abort()
    await stop()
    await deps.mailer?.close()
  }
}

/** All of them. @param signal ends what is under way in portions */
export function jobsOf(deps: Deps, log: FastifyBaseLogger, signal: AbortSignal): readonly NamedJob[] {
  const { db, config, keys } = deps
  const clean = async (which: 'indexed' | 'scanned') => {
    const removed = await removeObsoleteRows(db, { which, signal })
    if (Object.keys(removed).length > 0) log.debug({ removed }, 'removed obsolete rows')
  }
  const tellHead = headTeller(db, log)
  return [
    { name: 'reload signing keys', everySeconds: RELOAD_EVERY_SECONDS, run: () => keys.reload() },
    {
      name: 'rotate signing keys',
      everySeconds: 3600,
      run: async () => {
        const algorithms = await rotateKeys(db, config.keyEncryptionKeys)
        if (algorithms.length > 0) log.info({ algorithms }, 'published new signing keys')
      },
    },
    {
      name: 'note the pepper of old passwords',
      everySeconds: 300,
      run: async () => {
        // While two are known, nobody can tell any more.
        if (config.previousPasswordPepper === undefined) await noteFirstPepper(db, pepperId(config.passwordPepper))
      },
    },
    { name: 'empty the outbox', everySeconds: 1, run: () => sendDueEntries(deps, log, signal) },
    {
      name: 'erase people who have left',
      everySeconds: 60,
      run: async () => {
        const erased = await eraseDueAccounts(db, deps.mailer, signal)
        if (erased > 0) log.info({ erased }, 'erased people who had asked for it')
      },
    },
    {
      name: 'erase guests who are not seen any more',
      everySeconds: 3600,
      run: async () => {
        const erased = await eraseUnseenGuests(db, signal)
        if (erased > 0) log.info({ erased }, 'erased guests who were not seen any more')
      },
    },
    {
      name: 'seal the audit log',
      everySeconds: 10,
      run: async () => {
        await sealAuditLog(db, { signal })
      },
    },
    { name: 'tell the head of the audit log', everySeconds: 3600, run: () => tellHead() },
    {
      name: 'end old events of the audit log',
      everySeconds: 3600,
      run: async () => {
        if (config.auditDays === 0) return
        const ended = await endOldEvents(db, config.auditDays, { signal })
        if (ended > 0) log.info({ ended }, 'ended old events of the audit log')
      },
    },
    { name: 'look again for providers that were down', everySeconds: 30, run: () => deps.providers.lookAgain() },
    {
      name: 'make room among refused calls',
      everySeconds: 60,
      run: async () => {
        await trimRefusals(db, 5000)
      },
    },
    {
      name: 'set aside what hooks did not take',
      everySeconds: 60,
      run: async () => {
        const dead = await setDeadHooksAside(db)
        if (dead > 0) log.warn({ dead }, 'hooks did not take these calls within three days')
      },
    },
    { name: 'note how hooks fare', everySeconds: 10, run: () => deps.hooks.calls.flush(db) },
    { name: 'remove obsolete rows', everySeconds: 60, run: () => clean('indexed') },
    { name: 'remove obsolete rows that no index leads to', everySeconds: 3600, run: () => clean('scanned') },
  ]
}
