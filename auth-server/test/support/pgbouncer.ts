// A real PgBouncer for a test: between us and the tests' PostgreSQL, on loopback, as an unprivileged user.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import { freePort } from '../../../scripts/stack/ports.ts'
import { asAccount, unprivilegedAccount } from '../../../scripts/stack/postgres-binaries.ts'
import { findPgBouncer } from '../../../scripts/testing/optional-parts.ts'
import type { Pooler } from '../../src/config/settings.ts'

const program = findPgBouncer()

/** For the `skip` option of tests: the reason where there is no PgBouncer, which is a failure with `CI=true`. */
export const withoutPgBouncer: string | false =
  program === undefined && process.env.CI !== 'true' ? 'pgbouncer is not installed (apt-get install pgbouncer)' : false

/**
 * Starts PgBouncer with its defaults; ends with the test.
 * @param mode its `pool_mode`
 * @param poolSize connections to PostgreSQL for each database; few, so that transactions often change their session
 * @returns the database's URL through it
 */
export async function startPgBouncer(
  t: Test,
  databaseUrl: string,
  { mode, poolSize = 20 }: { readonly mode: Pooler; readonly poolSize?: number },
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'pgbouncer-'))
  await chmod(folder, 0o755) // the unprivileged user reads it; the password in it is that of a test
  const { hostname, port: serverPort, username, password } = new URL(databaseUrl)
  const port = await freePort()
  const users = join(folder, 'users.txt')
  const settings = join(folder, 'pgbouncer.ini')
  await writeFile(users, `"${username}" "${decodeURIComponent(password)}"\n`)
  await writeFile(
    settings,
    `[databases]
* = host=${hostname} port=${serverPort}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
pool_mode = ${mode}
default_pool_size = ${poolSize}
`,
  )
  const { command, args, ...identity } = asAccount(unprivilegedAccount(), program ?? 'pgbouncer', ['-q', settings])
  const child = spawn(command, args, { ...identity, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += String(chunk)
    })
  const exited = once(child, 'exit')
  t.teardown(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL')
      await exited
    }
    await rm(folder, { recursive: true, force: true })
  })
  while (!(await accepts(port))) {
    if (child.exitCode !== null) throw new Error(`PgBouncer did not start:\n${output}`)
    await delay(20)
  }
  const url = new URL(databaseUrl)
  url.hostname = '127.0.0.1'
  url.port = String(port)
  return url.href
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const settle = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => settle(true))
    socket.once('error', () => settle(false))
  })
}
