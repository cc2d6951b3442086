// A Kong on loopback in a folder of its own, for asking it something.
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { kongErrorLog, nginxPid, prepareKong } from '../stack/kong.ts'
import { freePort } from '../stack/ports.ts'
import { waitUntil } from '../stack/wait.ts'

const pluginServer = join(import.meta.dirname, '../../kong-plugins/src/server/main.ts')

/** A running Kong. */
export interface ThrowawayKong {
  readonly proxy: string
  readonly admin: string
  readonly errorLog: () => Promise<string>
  readonly stop: () => Promise<void>
}

/** Starts Kong with our plugins and without a plugin server. @throws {Error} when it does not start, with what its log says */
export async function startThrowawayKong(
  config: string,
  more: Readonly<Record<string, string>> = {},
): Promise<ThrowawayKong> {
  const prefix = await mkdtemp(join(tmpdir(), 'kong-'))
  const configPath = join(prefix, 'kong.yml')
  await writeFile(configPath, config)
  const [port, admin] = [await freePort(), await freePort()]
  const env = await prepareKong({
    ...{ configPath, port, prefix, pluginSocket: join(prefix, 'nobody.sock') },
    pluginServer: [process.execPath, pluginServer],
  })
  const kong = spawn('kong', ['start'], {
    env: { ...env, KONG_ADMIN_LISTEN: `127.0.0.1:${admin}`, ...more },
    stdio: 'ignore',
  })
  const ended = new Promise((done) => kong.once('exit', done))
  const errorLog = () => readFile(kongErrorLog(prefix), 'utf8').catch(() => '')
  const stop = async (): Promise<void> => {
    const pid = nginxPid(prefix)
    if (pid !== undefined) process.kill(pid, 'SIGTERM')
    await ended
    await rm(prefix, { recursive: true, force: true })
  }
  const isUp = (): Promise<boolean> =>
    // with external plugins 3.9.3 answers 500 to `/`
    fetch(`http://127.0.0.1:${admin}/status`).then(
      ({ ok }) => ok,
      () => false,
    )
  if (!(await waitUntil(isUp, { timeoutMillis: 30_000 }))) {
    const said = await errorLog()
    await stop()
    throw new Error(`Kong did not start:\n${said}`)
  }
  return { proxy: `http://127.0.0.1:${port}`, admin: `http://127.0.0.1:${admin}`, errorLog, stop }
}
