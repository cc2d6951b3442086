// A real Kong on loopback that says whether it would take a kong.yml.
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { kongErrorLog, nginxPid, prepareKong } from '../../stack/kong.ts'
import { freePort } from '../../stack/ports.ts'
import { waitUntil } from '../../stack/wait.ts'

const pluginServer = join(import.meta.dirname, '../../../kong-plugins/src/server/main.ts')

/** What Kong says of a configuration. */
export interface Verdict {
  readonly accepted: boolean
  readonly said: string
}

/** Starts Kong for one test; the answer to a text takes milliseconds, unlike a start. */
export async function startOracle(t: Test): Promise<(text: string) => Promise<Verdict>> {
  const prefix = await mkdtemp(join(tmpdir(), 'oracle-'))
  const configPath = join(prefix, 'empty.yml')
  await writeFile(configPath, '_format_version: "3.0"\n')
  const [port, admin] = [await freePort(), await freePort()]
  const env = await prepareKong({
    ...{ configPath, port, prefix, pluginSocket: join(prefix, 'nobody.sock') },
    pluginServer: [process.execPath, pluginServer],
  })
  const kong = spawn('kong', ['start'], { env: { ...env, KONG_ADMIN_LISTEN: `127.0.0.1:${admin}` }, stdio: 'ignore' })
  const ended = new Promise((done) => kong.once('exit', done))
  t.teardown(async () => {
    const pid = nginxPid(prefix)
    if (pid !== undefined) process.kill(pid, 'SIGTERM')
    await ended
    await rm(prefix, { recursive: true, force: true })
  })
  const url = `http://127.0.0.1:${admin}`
  // its first page lists the plugins; with external ones 3.9.3 answers 500 there, so /status is asked
  const up = await waitUntil(
    () =>
      fetch(`${url}/status`).then(
        (answer) => answer.ok,
        () => false,
      ),
    { timeoutMs: 30_000 },
  )
  if (!up) throw new Error(`Kong did not start:\n${await readFile(kongErrorLog(prefix), 'utf8').catch(() => '')}`)
  return async (text) => {
    const answer = await fetch(`${url}/config`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ config: text }),
    })
    return { accepted: answer.ok, said: await answer.text() }
  }
}
