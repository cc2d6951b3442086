// Faults of the authorization server itself, and of its clock.
import { globSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FaultKind } from './run.ts'

/** Debian's libfaketime, which stands between a process and its clock. */
const [FAKE_TIME] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1')
const CLOCK = join(tmpdir(), `faults-clock-${process.pid}`)

export const SERVER_FAULTS: Readonly<Record<string, FaultKind>> = {
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
  'clock-stepped': {
    what: 'the clock of the authorization server goes an hour forwards, two hours back, and is right again',
    wishes: {
      settings: {
        LD_PRELOAD: FAKE_TIME,
        FAKETIME_TIMESTAMP_FILE: CLOCK,
        FAKETIME_NO_CACHE: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
        // It holds a lock while it reads that file, and would wait for itself where it looks how long the file is.
        NO_FAKE_STAT: '1',
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
