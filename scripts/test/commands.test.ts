// Every command that the documents name runs in a bare checkout on the Node that the README asks for, and knows --help.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join, relative } from 'node:path'
import t, { type Test } from 'tap'
import { openDatabase } from '../../auth-server/src/store/database.ts'
import { openKeyRing } from '../../auth-server/src/tokens/signing-keys.ts'
import { testDatabase } from '../../auth-server/test/support/database.ts'
import { freePorts } from '../stack/ports.ts'
import { waitUntil } from '../stack/wait.ts'
import { documents, ROOT } from './support/documents.ts'

t.setTimeout(400_000)

const root = ROOT
const text = documents()
  .map((document) => document.text)
  .join('\n')

/** PATH as outside of npm scripts: there the pinned Node comes first. */
const path = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((folder) => !folder.includes('node_modules'))
  .join(delimiter)

interface Run {
  readonly code: number
  readonly output: string
}

function launch(cwd: string, command: string, env: NodeJS.ProcessEnv = {}) {
  const { HOME, NODE_COMPILE_CACHE, npm_config_cache } = process.env
  const given = { PATH: path, HOME, NODE_COMPILE_CACHE, CI: 'true', npm_config_prefer_offline: 'true' }
  const child = spawn('sh', ['-c', `exec ${command}`], {
    cwd,
    env: { ...given, ...(npm_config_cache && { npm_config_cache }), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += String(chunk)
    })
  const ended = once(child, 'close').then(([code]): Run => ({ code: Number(code), output }))
  return { child, ended, output: () => output }
}

function run(cwd: string, command: string, env?: NodeJS.ProcessEnv): Promise<Run> {
  return launch(cwd, command, env).ended
}

/** What `git clone` would bring, with what is edited here. */
async function bareCheckout(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'checkout-'))
  t.teardown(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  const leftOut = new Set(['node_modules', '.git', '.data', '.tap', '.env'])
  await cp(root, folder, {
    recursive: true,
    filter: (source) =>
      !relative(root, source)
        .split('/')
        .some((part) => leftOut.has(part) || part.startsWith('tap-testdir')),
  })
  return folder
}

/** npm scripts that the documents name. */
const named = [
  ...new Set([...text.matchAll(/\bnpm (?:run (?:-s )?([\w:-]+)|(start|test))\b/g)].map(([, a, b]) => a ?? b ?? '')),
]

t.test('documents name npm scripts only, and each of these prepares the checkout first', async (t) => {
  const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  for (const script of named) t.equal(scripts[`pre${script}`], 'node scripts/bootstrap.mjs', script)
  const direct = [...text.matchAll(/^.*\bnode [\w./-]+\.ts\b.*$/gm)].map(([line]) => line)
  for (const line of direct) t.match(line, /docker (run|compose exec)/, 'only in a container, which has Node 24')
})

const major = Number((await run(root, 'node -p process.versions.node')).output.split('.')[0])
const skip =
  major >= 24 ? 'the Node on PATH is 24 or newer: nothing to see here' : major < 20 ? 'no Node ≥ 20 on PATH' : false

t.test(`in a bare checkout on Node ${major}`, { skip, timeout: 350_000 }, async (t) => {
  const checkout = await bareCheckout(t)
  const ports = await freePorts()
  const databaseUrl = await testDatabase(t)
  const secret = Buffer.alloc(32, 7).toString('base64url')
  const db = openDatabase(databaseUrl, () => {}, { connections: 1 })
  await openKeyRing(db, [secret]).finally(() => db.destroy())
  const stack = {
    AUTH_PORT: String(ports.auth),
    API_PORT: String(ports.api),
    GATEWAY_PORT: String(ports.gateway),
  }

  await t.test('the first command installs, the others find it done', async (t) => {
    const first = await run(checkout, 'npm run --silent check:kong -- kong.yml')
    t.match(first, { code: 0, output: /^Installing dependencies.*kong\.yml: nothing is wrong\n$/s })
    t.match(await run(checkout, 'npm run --silent check:kong -- kong.yml'), {
      code: 0,
      output: 'kong.yml: nothing is wrong\n',
    })
  })

  const operator = {
    DATABASE_URL: databaseUrl,
    ISSUER: 'https://login.example.com',
    PASSWORD_PEPPER: secret,
    TOKEN_SECRET: secret,
    COOKIE_SECRET: secret,
    KEY_ENCRYPTION_KEY: secret,
  }
  const rows: Readonly<Record<string, { command: string; env?: NodeJS.ProcessEnv; says: RegExp }>> = {
    'check:kong': { command: 'npm run check:kong -- kong.yml', says: /nothing is wrong/ },
    format: { command: 'npm run format', says: /Checked \d+ files/ },
    sbom: { command: 'npm run -s sbom', says: /"bomFormat": "CycloneDX"/ },
    docs: { command: 'npm run docs', says: /documents: 0 of \d written/ },
    dump: { command: 'npm run dump', says: /kong-plugins\/dump: 0 of \d written/ },
    api: {
      command: 'npm run api -- protect orders --upstream http://orders:8080 --path /orders --dry-run',
      says: /- name: orders/,
    },
    'kong-env': { command: 'npm run kong-env', says: /KONG_PLUGINSERVER_NAMES=mobile-gateway/ },
    'make-env': { command: 'npm run make-env', says: /\.env written, readable by you alone/ },
    'rotate-keys': {
      command: 'npm run rotate-keys -- --alg ES256 --now',
      env: { DATABASE_URL: databaseUrl, KEY_ENCRYPTION_KEY: secret },
      says: /Published a new key for ES256/,
    },
    reseal: {
      command: 'npm run reseal',
      env: {
        DATABASE_URL: databaseUrl,
        KEY_ENCRYPTION_KEY: secret,
        KEY_ENCRYPTION_KEY_PREVIOUS: Buffer.alloc(32, 8).toString('base64url'),
      },
      says: /signing_keys: 0 sealed anew, .*Nothing needs KEY_ENCRYPTION_KEY_PREVIOUS/s,
    },
    hooks: {
      command: 'npm run hooks -- dead',
      env: operator,
      says: /Every call of a hook has arrived/,
    },
    setup: {
      command: 'npm run setup',
      env: { DATABASE_URL: databaseUrl, ISSUER: 'https://login.example.com' },
      says: /Open this link.*https:\/\/login\.example\.com\/setup\/[\w-]{22}\.[\w-]{43}\n/s,
    },
    'add-gateway': {
      command: 'npm run add-gateway -- --help',
      says: /Registers the gateway/,
    },
    app: {
      command: 'npm run -s app -- add --name "My App" --redirect com.example.mine:/callback --json',
      env: operator,
      says: /"client_id": "client_[\w-]{22}"/,
    },
    user: { command: 'npm run user -- list', env: operator, says: /user/ },
    subscription: { command: 'npm run subscription -- list', env: operator, says: /subscription/ },
    approval: { command: 'npm run approval -- list', env: operator, says: /approval/ },
    machine: { command: 'npm run machine -- list', env: operator, says: /machine/ },
    group: { command: 'npm run group -- list', env: operator, says: /There is none\.\n$/ },
    membership: { command: 'npm run membership -- list', env: operator, says: /There is none\.\n$/ },
    catalogue: {
      command: 'npm run catalogue -- import auth-server/catalogue.yml',
      env: { DATABASE_URL: databaseUrl },
      says: /\+ application demo-app is added.*Changed: \d+ added\./s,
    },
    'app-links': {
      command: 'npm run app-links -- list',
      env: { DATABASE_URL: databaseUrl },
      says: /No app has a record yet/,
    },
    role: {
      command: 'npm run role -- list',
      env: { DATABASE_URL: databaseUrl },
      says: /Nobody has a role yet/,
    },
    audit: {
      command: 'npm run audit -- verify',
      env: { DATABASE_URL: databaseUrl },
      says: /Everything fits: 0 sealed events, to the head 0:begin/,
    },
    restored: { command: 'npm run restored -- --help', says: /--without-deletions/ },
    'plugin-server': { command: 'npm run plugin-server -- --dump mobile-token', says: /"Protocol": "ProtoBuf:1"/ },
    gateway: { command: 'npm run gateway -- --help', says: /--socket/ },
    faults: { command: 'npm run faults -- --help', says: /postgres-failover/ },
    bench: { command: 'npm run bench -- memory --calls 4 --tokens 1', says: /signing 1 tokens/ },
  }
  // CI runs these two on the Node that it finds, from a bare checkout.
  const ci = readFileSync(join(root, '.ci/run'), 'utf8')
  const elsewhere = ['check', 'test'].filter((script) => new RegExp(`npm (run )?(--silent )?${script}`).test(ci))
  const ran = [...Object.keys(rows), ...elsewhere, 'start', 'demo', 'token']
  t.strictSame(
    named.filter((script) => !ran.includes(script)),
    [],
    'every command of the documents is run here',
  )
  for (const [script, { command, env, says }] of Object.entries(rows))
    await t.test(script, async (t) => {
      const { code, output } = await run(checkout, command, env)
      t.equal(code, 0, output.slice(-2000))
      t.match(output, says)
    })

  await t.test('npm start, and npm run demo beside it', async (t) => {
    const started = launch(checkout, 'npm start -- --gateway embedded', stack)
    t.teardown(() => started.child.kill('SIGKILL'))
    t.ok(
      await waitUntil(() => started.output().includes('Ctrl-C stops everything'), { timeoutMillis: 60_000 }),
      started.output(),
    )
    const demo = await run(checkout, 'npm run demo', stack)
    t.match(demo, { code: 0, output: /Using the stack at .*10\. The app refreshes/s })
    t.match(await run(checkout, 'npm run -s token', {}), { code: 0, output: /^[\w-]+\.[\w-]+\.[\w-]+\n$/ })
    const setup = await run(checkout, 'npm run setup', {})
    t.match(setup, { code: 0, output: new RegExp(`http://localhost:${ports.auth}/setup/`) })
    started.child.kill('SIGTERM')
    t.match(await started.ended, { output: /Stopped\.\n$/ })
  })
})

t.test('--help prints the usage and ends; what is unknown is a sentence and exit code 2', async (t) => {
  const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  const commands = Object.entries<string>(scripts).filter(([name]) => !/^(pre|check$|format$)/.test(name))
  t.ok(commands.length >= 11)
  for (const [name, command] of commands) {
    const program = command.replace(/^(exec )?node/, process.execPath)
    const [help, unknown] = await Promise.all([run(root, `${program} --help`), run(root, `${program} --unheard-of`)])
    t.equal(help.code, 0, name)
    t.match(help.output, /^Usage: npm (run )?[\w:-]+/, name)
    t.match(help.output, /--help/, name)
    const { code, output } = unknown
    t.equal(code, 2, name)
    t.match(output, /^Unknown option '--unheard-of'/, name)
    t.notMatch(output, /^ {4}at /m, 'no stack')
  }
})

t.test('a folder that cannot be written is named in a sentence', async (t) => {
  const folder = t.testdir({ 'a-file': '' })
  const ports = await freePorts()
  const env = { AUTH_PORT: String(ports.auth), API_PORT: String(ports.api), GATEWAY_PORT: String(ports.gateway) }
  for (const script of ['dev', 'demo']) {
    const command = `${process.execPath} ${join(root, 'scripts', `${script}.ts`)}`
    const { code, output } = await run(root, command, { ...env, DATA_DIR: join(folder, 'a-file/data') })
    t.equal(code, 1)
    t.match(
      output,
      /a-file\/data cannot be used \(ENOTDIR\)\. Give yourself the right to read and write it, or work in/,
    )
    t.notMatch(output, /^ {4}at /m)
  }
})
