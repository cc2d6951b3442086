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

const LOGIN = [
  /1\. The app makes a PKCE pair/,
  /iss {2,}http:\/\/localhost:\d+\n/,
  /x-authenticated-kind +account/,
  /\d+ more calls passed, then 429/,
  /Retry-After +\d+ s/,
  /changed +yes/,
]
const SIGN_UP = [/The person signs up/, /code of the mail, press "Continue"/]

for (const [name, flags, more] of [
  ['the demo plays every step and leaves nothing running', [], LOGIN],
  ['with --sign-up somebody makes an account on the way', ['--sign-up'], [...LOGIN, ...SIGN_UP]],
  [
    'with --device a guest begins without a form, and becomes an account under the same sub',
    ['--device'],
    [
      ...SIGN_UP,
      /1\. The app makes a key pair/,
      /(x-authenticated-userid +usr_\S+)\n +x-authenticated-kind +guest\n.*\1\n +x-authenticated-kind +account\n/s,
      /the same sub +yes/,
      /merged_from +usr_/,
      /the account's sub +yes/,
      /→ 401\n.*error="invalid_token"/,
      /error +invalid_grant/,
    ],
  ],
  [
    'with --provider somebody signs in by an account elsewhere, up to the backend, and is signed out from there',
    ['--provider'],
    [
      /press "Continue with Example Corp"/,
      /grace@corp\.example, password, press "Sign in": POST http:\/\/localhost:\d+\/interaction/,
      /303 to http:\/\/localhost:\d+\/federation\/example-corp\/callback/,
      /amr +\["fed"\]/,
      /x-authenticated-kind +account/,
      /signed out at Example Corp.*→ 401\n.*error="invalid_token".*error +invalid_grant/s,
    ],
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
      /303 to com\.example\.demo:\/callback/,
      /x-authenticated-userid +usr_/,
      /x-consumer-username +demo-app/,
      /That was the whole flow\./,
      ...more,
    ])
      t.match(stdout, said)
    for (const port of [auth, api, gateway])
      await t.rejects(fetch(`http://127.0.0.1:${port}/`), `nothing listens on ${port} any more`)
  })
