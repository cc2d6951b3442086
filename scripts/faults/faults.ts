// THE table of faults: what is broken, and how soon everything works again without a hand. A new one is a row here.
import { globSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Postgres } from '../stack/postgres.ts'
import type { FaultSite, SiteWishes } from './site.ts'

/** One kind of trouble. */
export interface FaultKind {
  /** What is done, for the report. */
  readonly what: string
  readonly wishes?: SiteWishes
  /** Breaks, and mends what nothing mends by itself (a process is started again, as its supervisor does). */
  readonly inject: (site: FaultSite, prepared: () => Promise<void>) => Promise<void>
  /** Beforehand, without load. */
  readonly prepare?: (site: FaultSite) => Promise<() => Promise<void>>
  /** From the end of `inject` until every phone works again. */
  readonly recoversWithinMillis: number
  /** Nothing is refused and nothing stays unanswered, not even meanwhile. */
  readonly losesNothing?: true
  /** Why it cannot be done on this machine. */
  readonly missing?: string | undefined
}

/** Signals PostgreSQL and all its backends, which are in groups of their own. */
async function signalPostgres(site: FaultSite, signal: NodeJS.Signals): Promise<void> {
  const { pid } = site.postgres()
  process.kill(pid, 'SIGSTOP') // so that it makes no more of them
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')
  for (const each of [...children.trim().split(' ').map(Number), pid]) process.kill(each, signal)
}

/** Debian's libfaketime, which stands between a process and its clock. */
const [FAKE_TIME] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1')
const CLOCK = join(tmpdir(), `faults-clock-${process.pid}`)

export const FAULTS: Readonly<Record<string, FaultKind>> = {
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
  'server-killed': {
    what: 'the authorization server is killed five times and started again',
    async inject({ servers: [server] }) {
      for (let times = 0; times < 5; times += 1) {
        await server?.kill()
        await server?.start()
        await sleep(300)
      }
    },
    recoversWithinMillis: 3000,
  },
  'rolling-restart': {
    what: 'two authorization servers behind a balancer are restarted, one after the other, twice',
    wishes: { instances: 2 },
    async inject({ servers }) {
      for (const server of [...servers, ...servers]) {
        await server.stop()
        await server.start()
        // As long as a balancer needs to see that it is ready.
        await sleep(500)
      }
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
  'clock-stepped': {
    what: 'the clock of the authorization server goes an hour forwards, two hours back, and is right again',
    wishes: {
      settings: {
        LD_PRELOAD: FAKE_TIME,
        FAKETIME_TIMESTAMP_FILE: CLOCK,
        FAKETIME_NO_CACHE: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
      },
    },
    async inject() {
      for (const step of ['+3600', '-3600', '+0']) {
        await writeFile(CLOCK, `${step}\n`)
        await sleep(2000)
      }
      await rm(CLOCK)
    },
    recoversWithinMillis: 2000,
    losesNothing: true,
    missing: FAKE_TIME === undefined ? 'libfaketime is missing: apt-get install faketime' : undefined,
  },
}

async function hasEnded({ exited }: Pick<Postgres, 'exited'>): Promise<boolean> {
  return Promise.race([exited.then(() => true), sleep(500, false)])
}
