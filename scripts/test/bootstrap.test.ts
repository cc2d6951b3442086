// The bootstrap: installs when it must, only then, once at a time, and explains itself when it cannot.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { installFailed } from '../bootstrap/messages.mjs'
import { planBootstrap, readStamp, sameInstall } from '../bootstrap/plan.mjs'

t.test('what a checkout still needs', async (t) => {
  const stamp = { lock: 'a', platform: 'linux-x64', tapBuilt: true }
  const unbuilt = { ...stamp, tapBuilt: false }
  const never = () => t.fail('the stamp settles it')
  const yes = () => true
  const no = () => false
  const rows = [
    ['nothing is installed', undefined, no, true, { upToDate: false, install: true, buildTap: true }],
    ['npm ci was run by hand', undefined, yes, true, { upToDate: false, install: false, buildTap: true }],
    ['all is there', stamp, never, true, { upToDate: true, install: false, buildTap: false }],
    ['first test after a start', unbuilt, never, true, { upToDate: false, install: false, buildTap: true }],
    ['a start needs no test runner', unbuilt, never, false, { upToDate: true, install: false, buildTap: false }],
    ['the lock file changed', { ...stamp, lock: 'b' }, no, false, { upToDate: false, install: true, buildTap: false }],
    [
      'npm install was run by hand',
      { ...stamp, lock: 'b' },
      yes,
      true,
      { upToDate: false, install: false, buildTap: true },
    ],
    [
      'the folder came from another system',
      { ...stamp, platform: 'darwin-arm64' },
      yes,
      true,
      { upToDate: false, install: true, buildTap: true },
    ],
  ] as const
  for (const [name, last, installMatches, testing, plan] of rows) {
    const facts = {
      lock: 'a',
      platform: 'linux-x64',
      stamp: last,
      installMatches: () => installMatches() === true,
      testing,
    }
    t.strictSame(planBootstrap(facts), plan, name)
  }
})

t.test('what npm installed is compared with the lock file, package by package', async (t) => {
  const lock = JSON.stringify({
    packages: {
      '': { version: '1.0.0' },
      'auth-server': { version: '0.1.0' },
      'node_modules/pg': { version: '8.0.0' },
      'node_modules/@scope/for-mac': { version: '1.0.0', optional: true },
    },
  })
  const installed = (versions: Record<string, string>) => (path: string) =>
    versions[path] && JSON.stringify({ version: versions[path] })
  t.ok(sameInstall(lock, installed({ 'node_modules/pg': '8.0.0' })))
  t.notOk(sameInstall(lock, installed({ 'node_modules/pg': '7.0.0' })))
  t.notOk(sameInstall(lock, installed({})))
  t.notOk(sameInstall('not json', installed({})))
  t.equal(readStamp('{"lock":1}'), undefined)
})

t.test('an npm error becomes one line with a way out', async (t) => {
  t.match(
    installFailed('npm error code ECONNREFUSED\nnpm error syscall connect'),
    /^The package registry cannot be reached \(ECONNREFUSED\)/,
  )
  t.match(installFailed('npm error code EUSAGE'), /npm said:\n\nnpm error code EUSAGE$/)
})

/** A checkout in miniature: the real bootstrap, real npm, and two packages that lie in the checkout itself. */
async function miniature(t: Test) {
  const folder = t.testdir({
    'package.json': JSON.stringify({
      name: 'miniature',
      version: '1.0.0',
      dependencies: { tap: 'file:vendor/tap', node: 'file:vendor/node' },
    }),
    '.npmrc': 'install-links=false\nfetch-retries=0\n',
    vendor: {
      extra: { 'package.json': '{"name":"extra","version":"1.0.0"}' },
      tap: {
        'package.json': '{"name":"tap","version":"1.0.0"}',
        dist: { esm: { 'run.mjs': "import { appendFileSync } from 'node:fs'\nappendFileSync('builds', 'b')\n" } },
      },
      node: {
        'package.json': '{"name":"node","version":"24.0.0","bin":{"node":"node.sh"}}',
        'node.sh': `#!/bin/sh\nexec ${process.execPath} "$@"\n`,
      },
    },
    scripts: {},
  })
  for (const part of ['bootstrap.mjs', 'bootstrap', 'process-lock.mjs']) {
    await cp(join(import.meta.dirname, '..', part), join(folder, 'scripts', part), { recursive: true })
  }
  const run = async (command: string, args: string[], lifecycle = 'pretest') => {
    const env = { ...process.env, npm_lifecycle_event: lifecycle, npm_execpath: '', npm_config_prefer_offline: 'true' }
    const child = spawn(command, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        output += String(chunk)
      })
    const [code] = await once(child, 'close')
    return { code: Number(code), output }
  }
  const npm = (...args: string[]) => run('npm', [...args, '--no-audit', '--no-fund'])
  const lock = await npm('install', '--package-lock-only')
  if (lock.code !== 0) throw new Error(lock.output)
  return {
    folder,
    npm,
    bootstrap: (lifecycle?: string) => run(process.execPath, [join('scripts', 'bootstrap.mjs')], lifecycle),
  }
}

t.test('installs once, then again only when the lock file changes', async (t) => {
  const { npm, bootstrap } = await miniature(t)
  const first = await bootstrap('prestart')
  t.match(first, { code: 0, output: /^Installing dependencies.*…\n {2}done in \d+ s\n$/ })
  t.match(await bootstrap('prestart'), { code: 0, output: '' })
  t.match(await bootstrap(), { code: 0, output: /^Preparing the test runner.*…\n {2}done in \d+ s\n$/ })
  t.strictSame(await bootstrap(), { code: 0, output: '' })

  t.match(await npm('install', '--package-lock-only', './vendor/extra'), { code: 0 })
  t.match(await bootstrap(), { code: 0, output: /Installing dependencies/ })
  t.strictSame(await bootstrap(), { code: 0, output: '' })
})

t.test('a checkout that cannot be written is said in a sentence, with what to do', async (t) => {
  t.match(
    installFailed("npm error code EACCES\nnpm error [Error: EACCES: permission denied, mkdir '/srv/it/node_modules']"),
    /^\/srv\/it\/node_modules cannot be written \(EACCES\)\.\nGive yourself the right/,
  )
  const { folder, bootstrap } = await miniature(t)
  await writeFile(join(folder, '.data'), '') // for root, who may write everywhere: no folder can be made there
  t.match(await bootstrap(), {
    code: 1,
    output: /^\n\S+\.data\S* cannot be written \(\w+\)\.\nGive yourself the right[^\n]+\n\n$/,
  })
})

t.test('two at once install once', async (t) => {
  const { folder, bootstrap } = await miniature(t)
  const both = await Promise.all([bootstrap(), bootstrap()])
  t.strictSame(
    both.map(({ code }) => code),
    [0, 0],
  )
  t.equal(both.filter(({ output }) => output.includes('Installing')).length, 1)
  t.equal(await readFile(join(folder, 'builds'), 'utf8'), 'b')
})

t.test('a registry that cannot be reached is said in one line', async (t) => {
  const { folder, bootstrap } = await miniature(t)
  const lockFile = join(folder, 'package-lock.json')
  const manifest = join(folder, 'package.json')
  await writeFile(join(folder, '.npmrc'), 'registry=http://127.0.0.1:1/\nfetch-retries=0\n')
  const lock = JSON.parse(await readFile(lockFile, 'utf8'))
  const dependencies = { ...lock.packages[''].dependencies, 'not-cached-anywhere': '1.0.0' }
  lock.packages[''].dependencies = dependencies
  lock.packages['node_modules/not-cached-anywhere'] = { version: '1.0.0' }
  await writeFile(lockFile, JSON.stringify(lock))
  await writeFile(manifest, JSON.stringify({ name: 'miniature', version: '1.0.0', dependencies }))
  t.match(await bootstrap(), {
    code: 1,
    output: /The package registry cannot be reached \(ECONNREFUSED\)\.\nCheck the network/,
  })
})
