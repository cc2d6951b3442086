// `npm run api -- protect` adds an API to a kong.yml: nothing else changes, nothing collides, and a Kong takes it.
import { execFile } from 'node:child_process'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { checkKongText } from '@mobile-api-gateway/kong-plugins/check/check.ts'
import t, { type Test } from 'tap'
import { startThrowawayKong } from '../facts/throwaway-kong.ts'
import { type ProtectOptions, requireApi } from '../protect/api.ts'
import { protectCommand } from '../protect/command.ts'
import { metadataPath } from '../protect/entries.ts'
import { protect } from '../protect/protect.ts'
import { findOnPath } from '../stack/find-on-path.ts'

t.setTimeout(240_000)

const root = join(import.meta.dirname, '../..')
const execute = promisify(execFile)
const projects = await readFile(join(root, 'kong.yml'), 'utf8')
const old = await readFile(join(root, 'kong-plugins/test/check/samples/protected.yml'), 'utf8')

function fileOf(t: Test, text: string) {
  const file = join(t.testdir({ 'kong.yml': text }), 'kong.yml')
  const command = async (...args: readonly string[]) => {
    const all = [join(root, 'scripts/api.ts'), 'protect', ...args, '--file', file]
    const { stdout } = await execute(process.execPath, all)
    return { stdout, text: await readFile(file, 'utf8') }
  }
  const orders = (...more: readonly string[]) =>
    command('orders', '--upstream', 'http://orders:8080', '--path', '/orders', ...more)
  return { command, orders, read: () => readFile(file, 'utf8') }
}

/** The lines of a text that another does not have, in their order. */
function added(before: string, after: string): string[] {
  const left = before.split('\n')
  return after.split('\n').filter((line) => {
    const at = left.indexOf(line)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
}

t.test('the API is added, checked, and everything else stays to the letter', async (t) => {
  const { orders, read } = fileOf(t, projects)
  const shown = await orders('--dry-run')
  t.match(shown.stdout, /- name: orders\n/)
  t.equal(shown.text, projects, '--dry-run writes nothing')
  const { text, stdout } = await orders()
  t.match(stdout, /^orders is protected under \/orders, for tokens of http:\/\/localhost:8000\/orders\./)
  t.match(stdout, /every plan gets 60 calls a minute\. .*\n.*\n {6}plans: \{ NAME: \{ minute: 60 \} \}\n/)
  t.strictSame(await checkKongText('f', text), [])
  const gone = added(text, projects)
  t.strictSame(gone, ['      issuers: # (4)'])
  t.ok(added(projects, text).length <= 22, 'about ten lines, and the route of the metadata')
  t.match((await orders()).stdout, /^orders is in .* already\.\n$/)
  t.equal(await read(), text, 'saying it again changes nothing')
})

t.test('the plans of the catalogue beside the file are named, and its line fits into the file', async (t) => {
  const folder = t.testdir({
    'kong.yml': projects,
    'auth-server': { 'catalogue.yml': 'apis: { orders: { plans: [basic, gold] } }' },
  })
  const said = t.capture(console, 'log')
  const file = join(folder, 'kong.yml')
  await protectCommand('orders', { upstream: 'http://orders:8080', path: '/orders', file, 'dry-run': false })
  const line = /^ {6}plans: .*$/m.exec(String(said.args()))?.[0]
  t.equal(line, '      plans: { basic: { minute: 60 }, gold: { minute: 60 } }')
  const text = (await readFile(file, 'utf8')).replace(/^ +policy: orders$/m, `$&\n${line}`)
  t.strictSame(await checkKongText('f', text), [])
})

t.test('the route of the metadata matches the path of the resource to the letter', (t) => {
  for (const path of ['/a.b', '/[v1]', '/a+b', '/(x)|y*']) {
    const pattern = new RegExp(metadataPath(path).slice(1))
    t.match(`/.well-known/oauth-protected-resource${path}`, pattern)
    t.notMatch(`/.well-known/oauth-protected-resource${path.replace(/\W/g, 'v')}`, pattern)
  }
  t.end()
})

t.test('a second one, another issuer, and a file from before the shared guard', async (t) => {
  const { orders, command } = fileOf(t, old)
  await orders()
  const shop = ['shop', '--upstream', 'http://shop', '--path', '/shop/v1', '--issuer', 'https://login.example.com']
  const { text } = await command(...shop, '--audience', 'https://api.example.com/shop')
  t.strictSame(await checkKongText('f', text), [])
  t.match(text, 'issuers: [{ issuer: "https://login.example.com", jwks_uri: "https://login.example.com/jwks" }]')
  t.match(text, "paths: ['~/\\.well-known/oauth-protected-resource/shop$']")
  t.equal(text.split('&guard').length, 2, 'one text for all that are new')
})

t.test('a file without any API', async (t) => {
  const plugins = /\nplugins:\n[\s\S]*?(?=\nservices:)/.exec(projects)?.[0] ?? ''
  const { orders, read } = fileOf(t, `_format_version: "3.0"\n${plugins}`)
  await t.rejects(orders(), { code: 1, stderr: /say --audience/ })
  await t.rejects(orders('--audience', 'https://api.example.com/orders'), { code: 1, stderr: /say --issuer/ })
  await orders('--audience', 'https://api.example.com/orders', '--issuer', 'https://login.example.com')
  t.strictSame(await checkKongText('f', await read()), [])
})

t.test('what would collide, or is no API, is refused in a sentence, and the file stays', async (t) => {
  const { command, orders, read } = fileOf(t, projects)
  await orders()
  const before = await read()
  const at = (upstream: string, path: string) => ({ upstream, path })
  const collisions: readonly [ProtectOptions, RegExp][] = [
    [
      { name: 'orders', ...at('http://elsewhere', '/orders') },
      /There is a service orders already, with other settings/,
    ],
    [{ name: 'other', ...at('http://b', '/orders') }, /The path \/orders is taken by the route orders\./],
    [{ name: 'other', ...at('http://b', '/mobile') }, /The path \/mobile is taken by the route mobile-api\./],
    [{ name: 'mobile-api-metadata', ...at('http://b', '/x') }, /There is a route mobile-api-metadata already/],
  ]
  for (const [options, message] of collisions) await t.rejects(protect('f', before, requireApi(options)), { message })
  const rows: readonly [ProtectOptions, RegExp][] = [
    [{ name: 'Orders', ...at('http://b', '/x') }, /"Orders" cannot be its name/],
    [{ name: 'x', path: '/x' }, /--upstream is missing/],
    [{ name: 'x', upstream: 'http://b' }, /--path is missing/],
    [{ name: 'x', ...at('ftp://b', '/x') }, /--upstream has to be an http or https address/],
    [{ name: 'x', ...at('http://u:p@b', '/x') }, /--upstream has to be/],
    [{ name: 'x', ...at('http://b', 'x') }, /--path has to begin with a slash/],
    [{ name: 'x', ...at('http://b', '/x/../y') }, /--path has to begin/],
    [{ name: 'x', ...at('http://b', '/x]') }, /--path has to begin/],
    [{ name: 'x', ...at('http://b', '/.well-known/x') }, /--path below \/\.well-known/],
  ]
  for (const [options, message] of rows) t.throws(() => requireApi(options), { message })
  await t.rejects(command('other', '--upstream', 'http://b', '--path', '/mobile'), { code: 1, stderr: /is taken/ })
  await t.rejects(command('x', '--path', '/x'), { code: 2, stderr: /--upstream is missing/ })
  t.equal(await read(), before)
})

t.test(
  'an edit that is saved while the file is checked is not lost, and a container that mounts it sees what is written',
  async (t) => {
    const file = join(t.testdir({ 'kong.yml': projects }), 'kong.yml')
    const { ino } = await stat(file)
    const said = t.capture(console, 'error')
    const orders = { upstream: 'http://orders:8080', path: '/orders', file, 'dry-run': false }
    const running = protectCommand('orders', orders)
    const edited = `${projects}# edited meanwhile\n`
    await writeFile(file, edited)
    t.equal(await running, 1)
    t.match(said.args(), [[/was edited meanwhile, and nothing has been written\. Do it again\.$/]])
    t.equal(await readFile(file, 'utf8'), edited)
    t.capture(console, 'log')
    t.equal(await protectCommand('orders', orders), 0)
    t.match(await readFile(file, 'utf8'), /- name: orders\n[\s\S]*# edited meanwhile\n/)
    t.equal((await stat(file)).ino, ino)
  },
)

t.test('a file that is wrong already is not touched', async (t) => {
  for (const [name, text, stderr] of [
    ['a misspelt list', projects.replace('services:', 'servces:'), /Put right first what is wrong already:\n.*servces/],
    ['no YAML', `${projects}\n}`, /Put right first/],
    ['no stripping function', projects.replace('name: pre-function', 'name: correlation-id'), /Put right first/],
    [
      'a list on one line',
      '_format_version: "3.0"\nservices: [{ name: a, url: "http://a" }]\n',
      /--audience|on one line/,
    ],
  ] as const) {
    const api = requireApi({ name: 'orders', upstream: 'http://orders', path: '/orders' })
    await t.rejects(protect('f', text, api), { message: stderr }, name)
  }
})

t.test('a file in another encoding is refused, and stays to the byte', async (t) => {
  const file = join(t.testdir(), 'kong.yml')
  const bytes = Buffer.from(`${projects}# Caf\xe9\n`, 'latin1')
  await writeFile(file, bytes)
  const said = t.capture(console, 'error')
  const orders = { upstream: 'http://orders:8080', path: '/orders', file, 'dry-run': false }
  t.equal(await protectCommand('orders', orders), 1)
  t.strictSame(said.args(), [[`${file} is not in UTF-8.`]])
  t.ok(bytes.equals(await readFile(file)))
})

const skip = findOnPath('kong') === undefined ? 'kong is not on PATH' : false
t.test('a Kong takes the file, and what services share is each one’s own', { skip, timeout: 90_000 }, async (t) => {
  const { orders } = fileOf(t, projects)
  const { text } = await orders()
  const kong = await startThrowawayKong(text, { GATEWAY_CLIENT_SECRET: 'x'.repeat(43) })
  t.teardown(kong.stop)
  const pluginsOf = async (service: string) => {
    const { data } = Object(await (await fetch(`${kong.admin}/services/${service}/plugins`)).json())
    const byName: [string, { issuers: unknown; access: unknown }][] = data.map(
      (plugin: { name: string; config: object }) => [plugin.name, plugin.config],
    )
    return new Map(byName)
  }
  const [ours, theirs] = [await pluginsOf('mobile-api'), await pluginsOf('orders')]
  t.strictSame(theirs.get('mobile-gateway')?.issuers, ours.get('mobile-gateway')?.issuers)
  t.strictSame(theirs.get('post-function')?.access, ours.get('post-function')?.access)
  t.equal(theirs.size, 2)
})
