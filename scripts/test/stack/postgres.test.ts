// The embedded PostgreSQL: data survives a restart, one owner at a time, and nothing left behind stands in the way.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { DataFolderInUse, startPostgres } from '../../stack/postgres.ts'
import { clearLeftover, readPostmaster, servesCluster } from '../../stack/postmaster.ts'

t.test('data and password survive a restart, and the password is ours alone', async (t) => {
  const dataDir = join(t.testdir({}), 'postgres')
  const first = await startPostgres({ dataDir, durable: true })
  t.ok(servesCluster(first.pid, join(dataDir, 'cluster')), 'the server runs on this folder')
  t.equal((await stat(join(dataDir, 'password'))).mode & 0o777, 0o600)
  await first.stop()
  await first.stop() // a second stop is no error

  const second = await startPostgres({ dataDir, durable: true })
  t.teardown(() => second.stop())
  const password = (url: string): string => new URL(url).password
  t.equal(password(second.url), password(first.url))
  t.equal(new URL(second.url).hostname, '127.0.0.1')
})

t.test('a folder has one owner at a time, even when two start at once', async (t) => {
  const dataDir = join(t.testdir({}), 'postgres')
  const started = await Promise.allSettled([1, 2, 3].map(() => startPostgres({ dataDir, durable: false })))
  const running = started.filter((result) => result.status === 'fulfilled')
  t.equal(running.length, 1)
  for (const result of started) {
    if (result.status === 'fulfilled') t.teardown(() => result.value.stop())
    else t.match(result.reason, DataFolderInUse)
  }
})

t.test('a server that is still running is stopped before the next one starts', async (t) => {
  const dataDir = join(t.testdir({}), 'postgres')
  const server = await startPostgres({ dataDir, durable: false })
  t.equal(await clearLeftover(join(dataDir, 'cluster')), 'stopped')
  await server.exited
  t.equal(readPostmaster(join(dataDir, 'cluster')), undefined)
})

t.test('when its owner is killed, the server ends and its folder can be used again', async (t) => {
  const dataDir = join(t.testdir({}), 'postgres')
  const program = `
    import { startPostgres } from ${JSON.stringify(join(import.meta.dirname, '../../stack/postgres.ts'))}
    await startPostgres({ dataDir: ${JSON.stringify(dataDir)}, durable: false })
    process.kill(process.pid, 'SIGKILL')`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: 'inherit' })
  t.strictSame(await once(child, 'exit'), [null, 'SIGKILL'])
  const server = await startPostgres({ dataDir, durable: false }) // at once, while the other may still be running
  t.teardown(() => server.stop())
  t.ok(servesCluster(server.pid, join(dataDir, 'cluster')))
})

t.test('a pid file that names a stranger is deleted, and the stranger lives on', async (t) => {
  const cluster = join(t.testdir({}), 'cluster')
  await mkdir(cluster)
  const stranger = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)', '--', '-D', cluster], {
    stdio: 'ignore',
  })
  t.teardown(() => stranger.kill('SIGKILL'))
  await writeFile(join(cluster, 'postmaster.pid'), `${stranger.pid}\n${cluster}\n1\n5432\n\n127.0.0.1\n1 2\nready   \n`)
  t.equal(await clearLeftover(cluster), 'stale')
  t.equal(readPostmaster(cluster), undefined)
  t.equal(stranger.exitCode ?? stranger.signalCode, null)
  t.equal(await clearLeftover(cluster), 'none')
})

t.test('a server that cannot start says why', async (t) => {
  const dataDir = join(t.testdir({ postgres: { cluster: {}, password: 'x' } }), 'postgres')
  await t.rejects(startPostgres({ dataDir, durable: false }), { message: /PostgreSQL did not start:\n(.|\n)*/ })
})

t.test('the end of the server is told, and stop() is then no error', async (t) => {
  const server = await startPostgres({ dataDir: join(t.testdir({}), 'postgres'), durable: false })
  process.kill(server.pid, 'SIGQUIT')
  await server.exited
  await server.stop()
  t.notOk(servesCluster(server.pid, join(t.testdirName, 'postgres', 'cluster')))
})
