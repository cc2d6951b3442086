// The development secrets: made once, for our eyes only, never replaced by accident.
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { loadSecrets } from '../../stack/secrets.ts'

t.test('five different secrets of 32 bytes, kept with mode 0600, the same for all who come at once', async (t) => {
  const path = join(t.testdir({}), 'data', 'secrets.json')
  const [first, ...others] = await Promise.all([loadSecrets(path), loadSecrets(path), loadSecrets(path)])
  t.strictSame(others, [first, first])
  t.strictSame(await loadSecrets(path), first)
  t.equal((await stat(path)).mode & 0o777, 0o600)
  t.strictSame(
    Object.values(first).map((secret) => Buffer.from(secret, 'base64url').length),
    [32, 32, 32, 32, 32],
  )
  t.equal(new Set(Object.values(first)).size, 5)
})

t.test('a damaged file is refused, not overwritten', async (t) => {
  const path = join(t.testdir({}), 'secrets.json')
  for (const damaged of ['', '{}', 'null', '{"PASSWORD_PEPPER":"short"}']) {
    await writeFile(path, damaged)
    await t.rejects(loadSecrets(path), { message: /does not hold the secrets/ }, damaged)
    t.equal(await readFile(path, 'utf8'), damaged)
  }
})

t.test('a file of an earlier version gets what it lacks, once, and keeps the rest', async (t) => {
  const path = join(t.testdir({}), 'secrets.json')
  const { GATEWAY_CLIENT_SECRET: _missing, ...earlier } = await loadSecrets(path)
  await writeFile(path, JSON.stringify(earlier))
  const completed = await loadSecrets(path)
  t.match(completed, earlier)
  t.equal(Buffer.from(completed.GATEWAY_CLIENT_SECRET, 'base64url').length, 32)
  t.strictSame(await loadSecrets(path), completed)
  t.equal((await stat(path)).mode & 0o777, 0o600)
})
