// Faults of PostgreSQL, of its disk, and of the way to it.
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Postgres } from '../../stack/postgres.ts'
import type { FaultKind } from './run.ts'
import type { FaultSite } from './site.ts'

/** Signals PostgreSQL and all its backends, which are in groups of their own. */
async function signalPostgres(site: FaultSite, signal: NodeJS.Signals): Promise<void> {
  const { pid } = site.postgres()
  process.kill(pid, 'SIGSTOP') // so that it makes no more of them
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')
  for (const each of [...children.trim().split(' ').map(Number), pid]) process.kill(each, signal)
}

export const POSTGRES_FAULTS: Readonly<Record<string, FaultKind>> = {
  'postgres-restart': {
    what: 'PostgreSQL is stopped and started again',
    inject: (site) => site.restartPostgres(),
    recoversWithinMillis: 5000,
  },
  'postgres-crash': {
    what: 'PostgreSQL is killed (SIGKILL) and started again',
    async inject(site) {
      await signalPostgres(site, 'SIGKILL')
      await site.postgres().exited
      await site.restartPostgres()
    },
    recoversWithinMillis: 5000,
  },
  'postgres-pause': {
    what: 'PostgreSQL stands still for ten seconds',
    async inject(site) {
      await signalPostgres(site, 'SIGSTOP')
      await sleep(10_000)
      await signalPostgres(site, 'SIGCONT')
    },
    recoversWithinMillis: 8000,
  },
  'postgres-failover': {
    what: 'PostgreSQL is killed for good, and its standby, which follows synchronously, takes over',
    prepare: (site) => site.prepareFailover(),
    async inject(site, takeOver) {
      await signalPostgres(site, 'SIGKILL')
      await takeOver()
    },
    recoversWithinMillis: 5000,
  },
  'connections-cut': {
    what: 'every connection to PostgreSQL is cut, thirty times, in the middle of what it does',
    async inject({ cable }) {
      for (let times = 0; times < 30; times += 1) {
        await sleep(37 + times)
        cable.cut()
      }
    },
    recoversWithinMillis: 3000,
  },
  'slow-link': {
    what: 'the way to PostgreSQL takes 150 ms each time, for five seconds',
    async inject({ cable }) {
      cable.slow(75)
      await sleep(5000)
      cable.slow(0)
    },
    recoversWithinMillis: 2000,
    losesNothing: true,
  },
  'disk-full': {
    what: 'the disk of PostgreSQL is full for five seconds',
    wishes: { diskMegabytes: 400 },
    async inject(site) {
      const free = await site.fillDisk()
      await sleep(5000)
      await free()
      // Without room for its log PostgreSQL ends; a supervisor starts it again.
      if (await hasEnded(site.postgres())) await site.restartPostgres()
    },
    recoversWithinMillis: 8000,
    missing: process.getuid?.() === 0 ? undefined : 'a file system of its own can be mounted by root alone',
  },
}

async function hasEnded({ exited }: Pick<Postgres, 'exited'>): Promise<boolean> {
  return Promise.race([exited.then(() => true), sleep(500, false)])
}
