// An edited kong.yml is in force when it is saved: no request is lost, none runs on half of it, and a bad edit changes nothing.
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { type EmbeddedGateway, startGateway } from '../../gateway/life/gateway.ts'
import { eventually } from '../support/eventually.ts'
import { createSigningKey, signToken, startKeyServer } from '../support/issuer.ts'
import { startBackend } from './support/backend.ts'
import { pluginInfos, renderKongYml } from './support/front.ts'
import { startPeer } from './support/peer.ts'
import { startServerProcess } from './support/server-process.ts'

t.setTimeout(120_000)

interface Followed {
  readonly gateway: EmbeddedGateway
  readonly file: string
  readonly log: () => string
}

/** A gateway that follows a kong.yml of its own. */
async function follow(t: Test, yaml: string, socketPath: string): Promise<Followed> {
  const folder = await mkdtemp(join(tmpdir(), 'reload-'))
  const file = join(folder, 'kong.yml')
  await writeFile(file, yaml)
  const lines: string[] = []
  const gateway = await startGateway({
    ...{ config: file, port: 0, socketPath, plugins: await pluginInfos, watch: true },
    logger: pino({ level: 'info' }, { write: (line) => lines.push(line) }),
  })
  t.teardown(async () => {
    await gateway.close()
    await rm(folder, { recursive: true, force: true })
  })
  return { gateway, file, log: () => lines.join('') }
}

t.test('edits under load: not one request is dropped, and each edit is in force', async (t) => {
  const key = await createSigningKey()
  const keys = await startKeyServer(t, key)
  const backend = await startBackend(t)
  const server = await startServerProcess(t)
  const rendered = await renderKongYml(backend.url, keys.jwksUri)
  const withLimit = (limit: number): string => rendered.replaceAll('minute: 60', `day: ${limit}`)
  const { gateway, file, log } = await follow(t, withLimit(500_000), server.socketPath)
  const headers = { authorization: `Bearer ${await signToken(key)}` }
  const call = async (path = '/mobile/x') => {
    const answer = await fetch(`${gateway.url}${path}`, { headers })
    await answer.arrayBuffer()
    return answer
  }

  let [running, answered] = [true, 0]
  const others: string[] = []
  const worker = async (): Promise<void> => {
    while (running) {
      const outcome = await call().then(({ status }) => String(status), String)
      answered += 1
      if (outcome !== '200') others.push(outcome)
    }
  }
  const load = Promise.all(Array.from({ length: 8 }, worker))
  await eventually(() => answered > 100)

  for (const limit of [400_000, 300_000, 200_000, 100_000]) {
    const before = answered
    await writeFile(file, withLimit(limit))
    await eventually(async () => (await call()).headers.get('ratelimit-limit') === String(limit))
    await eventually(() => answered > before + 50)
  }
  const { headers: shown } = await call()
  t.ok(Number(shown.get('x-ratelimit-remaining-day')) <= 100_000 - 300, 'what was used before the edits stays used')

  await writeFile(file, withLimit(100_000).replace('read_timeout: 30000', 'read_timeout: soon'))
  await eventually(() => log().includes('the old configuration stays'))
  t.match(log(), /kong\.yml cannot be used:\\n {2}line \d+: read_timeout: must be an integer/)
  await writeFile(file, '')
  await eventually(() => log().split('the old configuration stays').length > 2)
  t.equal((await call()).headers.get('ratelimit-limit'), '100000')

  await writeFile(`${file}.new`, withLimit(100_000).replace('[/mobile]', '[/mobile, /more]'))
  await rename(`${file}.new`, file) // as editors do that never leave half a file
  await eventually(async () => (await call('/more/x')).status === 200)

  running = false
  await load
  t.strictSame(others, [], `${answered} requests`)
})

function lua(header: string): string {
  return `_format_version: "3.0"
services:
- name: s
  url: BACKEND
  routes:
  - { name: r, paths: [/] }
  plugins:
  - { name: mobile-identity, config: { policy: p } }
  - { name: post-function, config: { header_filter: ['kong.response.set_header("X-Edit", "${header}")'] } }
`
}

t.test('a request ends with the configuration it began with; only then its plugin instance is closed', async (t) => {
  let finish = (): void => {}
  const held = new Promise<void>((done) => {
    finish = done
  })
  const backend = await startBackend(t, (req, res) => {
    if (req.url === '/slow') void held.then(() => res.end('late'))
    else res.end('at once')
  })
  const peer = await startPeer(t, { access: async () => {} })
  const yaml = (header: string): string => lua(header).replace('BACKEND', backend.url)
  const { gateway, file, log } = await follow(t, yaml('one'), peer.socketPath)
  const slow = fetch(`${gateway.url}/slow`)
  await eventually(() => backend.seen.length === 1)

  await writeFile(file, yaml('two'))
  await eventually(() => log().includes('is in force'))
  const quick = await fetch(`${gateway.url}/quick`)
  t.equal(quick.headers.get('x-edit'), 'two')
  t.equal(peer.configs.length, 2, 'the new instance was started before the first request')
  t.strictSame(
    peer.configs.map(({ __seq__ }) => __seq__),
    [0, 1],
  )
  t.notOk(peer.calls.includes('cmd_close_instance'), 'the old one is still at work')

  finish()
  t.equal((await slow).headers.get('x-edit'), 'one')
  await eventually(() => peer.calls.includes('cmd_close_instance'))
})

t.test('a kong.yml in another encoding than UTF-8 is refused by its name, and so is a folder', async (t) => {
  const backend = await startBackend(t)
  const peer = await startPeer(t, { access: async () => {} })
  const yaml = lua('one').replace('BACKEND', backend.url)
  const { gateway, file, log } = await follow(t, yaml, peer.socketPath)
  await writeFile(file, Buffer.from(`# Caf\xe9\n${yaml.replace('"one"', '"two"')}`, 'latin1'))
  await eventually(() => log().includes(`the old configuration stays: ${file} is not in UTF-8.`))
  t.equal((await fetch(`${gateway.url}/x`)).headers.get('x-edit'), 'one')
  const options = { port: 0, socketPath: peer.socketPath, plugins: await pluginInfos }
  await t.rejects(startGateway({ ...options, config: file }), { message: `${file} is not in UTF-8.` })
  const folder = t.testdir()
  await t.rejects(startGateway({ ...options, config: folder }), { message: `${folder} cannot be read (EISDIR).` })
})

t.test('a config that only its plugin knows to be wrong, and Lua that does not compile, are refused', async (t) => {
  const backend = await startBackend(t)
  const peer = await startPeer(t, { access: async () => {} })
  const yaml = (header: string): string => lua(header).replace('BACKEND', backend.url)
  const { gateway, file, log } = await follow(t, yaml('one'), peer.socketPath)
  const shown = async (): Promise<string | null> => (await fetch(`${gateway.url}/x`)).headers.get('x-edit')
  t.equal(await shown(), 'one')

  peer.behaviour = { access: async () => {}, start: async () => 'policy p: nobody knows it' }
  await writeFile(file, yaml('two'))
  await eventually(() => log().includes('the old configuration stays: policy p: nobody knows it'))
  t.equal(await shown(), 'one')

  peer.behaviour = { access: async () => {} }
  await writeFile(file, yaml('two').replace('set_header(', 'set_header(('))
  await eventually(() => log().split('the old configuration stays').length > 2)
  t.equal(await shown(), 'one')

  await peer.stop()
  await writeFile(file, yaml('three'))
  await eventually(async () => (await shown()) === 'three')
  t.pass('a plugin server that is gone does not hold an edit up')
})
