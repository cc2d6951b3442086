// Ctrl-C while a stack starts: it ends before its next step, and leaves nothing behind.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { testDatabase } from '../../../auth-server/test/support/database.ts'
import { freePorts } from '../../stack/ports.ts'
import { waitUntil } from '../../stack/wait.ts'

t.setTimeout(120_000)

for (const program of ['dev.ts', 'demo.ts'])
  t.test(`${program} is interrupted while it starts`, async (t) => {
    // In a short path, because of the sockets in it.
    const folder = await mkdtemp(join(tmpdir(), 'cut-'))
    t.teardown(() => rm(folder, { recursive: true, force: true }))
    const [data, ports] = [join(folder, 'data'), await freePorts()]
    const child = spawn(process.execPath, [join(import.meta.dirname, '../..', program), '--gateway', 'embedded'], {
      env: {
        ...process.env,
        ...{ TMPDIR: folder, DATA_DIR: data, DATABASE_URL: await testDatabase(t) },
        ...{ AUTH_PORT: String(ports.auth), API_PORT: String(ports.api), GATEWAY_PORT: String(ports.gateway) },
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    t.teardown(() => child.kill('SIGKILL'))
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        said += String(chunk)
      })
    const ended = once(child, 'exit')
    t.ok(await waitUntil(() => existsSync(join(data, 'commands.json')), { timeoutMillis: 60_000 }), 'it has begun')
    child.kill('SIGINT')
    const [code] = await ended
    t.equal(code, 0, said)
    t.notMatch(said, /the gateway is up|Error|cannot/, 'it did not go on')
    for (const left of ['commands.json', 'stack.lock']) t.notOk(existsSync(join(data, left)), left)
    t.strictSame(
      (await readdir(folder)).filter((name) => name.startsWith('mobile-gateway-')),
      [],
    )
  })
