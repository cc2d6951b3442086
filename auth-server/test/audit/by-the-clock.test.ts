// What becomes of the audit log while nobody looks: jobs seal it and end what is older than AUDIT_DAYS, and the command verifies the rest.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { pino } from 'pino'
import t from 'tap'
import { jobsOf } from '../../src/background/index.ts'
import { readConfig } from '../../src/config.ts'
import { problemsOf, SOUND } from '../support/config.ts'
import { turnClock } from '../support/database.ts'
import { obtainTokens } from '../support/phone.ts'
import { testServer } from '../support/server.ts'
import { SURROUNDINGS } from '../support/surroundings.ts'

t.setTimeout(60_000)

const COMMAND = fileURLToPath(new URL('../../src/commands/audit.ts', import.meta.url))
const DAY = 24 * 3600

t.test('AUDIT_DAYS: events end at that age and not before; left out, they stay', async (t) => {
  for (const [days, age, isEnded] of [
    ['90', 91, true],
    ['100', 99, false],
    ['', 4000, false],
  ] as const) {
    const { app, config, db, deps } = await testServer(t, { AUDIT_DAYS: days })
    const jobs = jobsOf(deps, pino({ level: 'silent' }), new AbortController().signal)
    const run = async (name: string) => {
      const job = jobs.find((each) => each.name === name)
      t.ok(job, name)
      await job?.run()
    }
    const verify = () =>
      promisify(execFile)(process.execPath, [COMMAND, 'verify'], {
        env: { ...SURROUNDINGS, DATABASE_URL: config.databaseUrl },
      })
    const sealed = async () => {
      // What is just being written is sealed the next time.
      for (let round = 0; round < 2; round++) await run('seal the audit log')
      return (await db.selectFrom('audit_seals').select('event_seq').execute()).map(({ event_seq }) => event_seq)
    }
    await obtainTokens(app)
    const before = await sealed()
    t.ok(before.length > 2)
    const [, count] = /Everything fits: (\d+) sealed/.exec((await verify()).stdout) ?? []
    t.equal(Number(count), before.length)

    await turnClock(t, db, age * DAY)
    await run('end old events of the audit log')
    const after = await sealed()
    const left = await db.selectFrom('audit_events').select('seq').execute()
    const stays = before.filter((seq) => left.some((event) => event.seq === seq) && after.includes(seq))
    t.equal(stays.length, isEnded ? 0 : before.length, `${days || 'no'} days`)
    t.match((await verify()).stdout, /^Everything fits/, 'and what is left fits')
  }
})

t.test('an age below 90 days, or none at all, is refused at start with a sentence', async (t) => {
  for (const AUDIT_DAYS of ['89', '1', '-1', '90.5', 'for ever', '36501'])
    t.match(problemsOf({ ...SOUND, AUDIT_DAYS }), [/^AUDIT_DAYS has to be a/], AUDIT_DAYS)
  for (const [AUDIT_DAYS, auditDays] of [
    ['', 0],
    ['0', 0],
    ['90', 90],
  ] as const)
    t.match(readConfig({ ...SOUND, AUDIT_DAYS }), { auditDays })
})
