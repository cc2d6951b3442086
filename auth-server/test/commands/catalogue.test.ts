// npm run catalogue beside npm start: the file that is followed, with the addresses that the stack has given it.
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'
import { COMMAND_SETTINGS_FILE } from '../../src/commands/command-settings.ts'
import { ISSUER, testServer } from '../support/server.ts'
import { SURROUNDINGS } from '../support/surroundings.ts'

t.setTimeout(60_000)

const command = fileURLToPath(new URL('../../src/commands/catalogue.ts', import.meta.url))
const FILE = `
apis:
  maps: { name: Maps, resource: "http://localhost:8000/maps", scopes: { maps:read: See maps }, plans: [basic] }
`

t.test('an import beside npm start: addresses are moved as following moves them, and the file is named', async (t) => {
  const { config, db } = await testServer(t)
  const folder = t.testdir({ 'mine.yml': FILE, 'copy.yml': '', other: { 'theirs.yml': FILE } })
  const left = {
    DATABASE_URL: config.databaseUrl,
    ISSUER,
    CATALOGUE_FILE: join(folder, 'copy.yml'),
    CATALOGUE_SOURCE: join(folder, 'mine.yml'),
    CATALOGUE_ORIGINS: JSON.stringify({ 'http://localhost:8000': 'http://localhost:24602' }),
  }
  await writeFile(join(folder, COMMAND_SETTINGS_FILE), JSON.stringify(left))
  const run = (...args: readonly string[]) =>
    promisify(execFile)(process.execPath, [command, 'import', ...args], {
      cwd: folder,
      env: { ...SURROUNDINGS, DATA_DIR: folder },
    }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      (error: unknown) => ({ code: 1, stdout: '', stderr: '', ...Object(error) }),
    )
  const resource = () => db.selectFrom('apis').where('id', '=', 'maps').select('resource').executeTakeFirst()

  t.match(await run(), { code: 0, stdout: /^mine\.yml:\n\+ API maps is added\n/ })
  t.strictSame(await resource(), { resource: 'http://localhost:24602/maps' })
  t.match(await run('other/theirs.yml'), { code: 0, stdout: /^other\/theirs\.yml:\nNothing changes\.\n/ })
  t.strictSame(await resource(), { resource: 'http://localhost:24602/maps' })

  await writeFile(join(folder, 'latin.yml'), Buffer.from(`# Caf\xe9${FILE}`, 'latin1'))
  t.match(await run('latin.yml'), { code: 2, stderr: /^\/\S+\/latin\.yml is not in UTF-8\.\n/m })
  await writeFile(join(folder, 'mine.yml'), `${FILE}groups: [`)
  t.match(await run('--dry-run'), { code: 1, stderr: /mine\.yml:\d+:\d+:? .*not YAML.*\nNothing has changed/ })
})
