// npm run demo, as a new user runs it with nothing started: it brings a stack up, plays the app to the end, and cleans up.
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { testDatabase } from '../../auth-server/test/support/database.ts'
import { freePort } from '../stack/ports.ts'

t.setTimeout(120_000)

for (const [name, flags, more] of [
  ['the demo plays every step and leaves nothing running', [], []],
  [
    'with --sign-up somebody makes an account on the way',
    ['--sign-up'],
    [/The person signs up/, /code of the mail, press "Continue"/],
  ],
] as const)
  t.test(name, async (t) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'mobile-demo-'))
    t.teardown(() => rm(dataDir, { recursive: true, force: true }))
    const [auth, api, gateway] = await Promise.all([freePort(), freePort(), freePort()])
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      [join(import.meta.dirname, '..', 'demo.ts'), ...flags],
      {
        env: {
          ...process.env,
          AUTH_PORT: String(auth),
          API_PORT: String(api),
          GATEWAY_PORT: String(gateway),
          DATA_DIR: dataDir,
          DATABASE_URL: await testDatabase(t),
        },
      },
    )
    t.equal(stderr, '')
    for (const said of [
      /1\. The app makes a PKCE pair/,
      /303 to com\.example\.demo:\/callback/,
      new RegExp(`iss {2,}http://localhost:${auth}`),
      /x-authenticated-userid +usr_/,
      /x-consumer-username +demo-app/,
      /\d+ more calls passed, then 429/,
      /Retry-After +\d+ s/,
      /changed +yes/,
      /That was the whole flow\./,
      ...more,
    ])
      t.match(stdout, said)
    for (const port of [auth, api, gateway])
      await t.rejects(fetch(`http://127.0.0.1:${port}/`), `nothing listens on ${port} any more`)
  })
