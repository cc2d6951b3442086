// A second PostgreSQL that has every commit before the first acknowledges it, and takes over when the first is gone.
import { chmod, chown, cp, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { type Postgres, startPostgres } from '../../stack/postgres.ts'
import { waitUntil } from '../../stack/wait.ts'

/** Copies the running server (PostgreSQL 15 §26.3.3) and has the copy follow it, synchronously. @param dataDir of the copy */
export async function startStandby(primary: Postgres, primaryDir: string, dataDir: string): Promise<Postgres> {
  const at = new pg.Client({ connectionString: primary.url })
  await at.connect()
  try {
    await at.query("select pg_create_physical_replication_slot('standby', true)")
    await at.query("select pg_backup_start('standby', true)")
    const others = /\/(?:postmaster\.(?:pid|opts)|lock)$/
    await cp(primaryDir, dataDir, { recursive: true, preserveTimestamps: true, filter: (file) => !others.test(file) })
    const { rows } = await at.query<{ labelfile: string }>('select labelfile from pg_backup_stop(false)')
    const cluster = join(dataDir, 'cluster')
    const { username, password, port } = new URL(primary.url)
    const follow = `host=127.0.0.1 port=${port} user=${username} password=${password} application_name=standby`
    await writeFile(join(cluster, 'backup_label'), rows[0]?.labelfile ?? '')
    await writeFile(join(cluster, 'standby.signal'), '')
    await writeFile(
      join(cluster, 'postgresql.auto.conf'),
      `primary_conninfo = '${follow}'\nprimary_slot_name = 'standby'\n`,
    )
    await ownLike(join(primaryDir, 'cluster'), cluster)
    const standby = await startPostgres({ dataDir, durable: true })
    await at.query("alter system set synchronous_standby_names = 'standby'")
    await at.query('select pg_reload_conf()')
    const follows = await waitUntil(
      async () => {
        const { rowCount } = await at.query("select from pg_stat_replication where sync_state = 'sync'")
        return rowCount === 1
      },
      { timeoutMillis: 20_000 },
    )
    if (!follows) throw new Error('the standby does not follow')
    return standby
  } finally {
    await at.end()
  }
}

/** Makes it the one that is written to. */
export async function promote(standby: Postgres): Promise<void> {
  const at = new pg.Client({ connectionString: standby.url })
  await at.connect()
  await at.query('select pg_promote()').finally(() => at.end())
}

/** Gives files to whoever has the original: PostgreSQL runs as nobody of importance, and copies are ours. */
async function ownLike(original: string, copy: string): Promise<void> {
  const { uid, gid, mode } = await stat(original)
  await chmod(copy, mode)
  for (const entry of await readdir(copy, { recursive: true })) await chown(join(copy, entry), uid, gid)
  await chown(copy, uid, gid)
}
