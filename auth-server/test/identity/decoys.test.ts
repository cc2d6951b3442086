// While there are imported passwords, an unknown address costs what a known one may cost, and the same each time.
import t, { type Test } from 'tap'
import { readHash } from '../../src/crypto/imported/read.ts'
import { PASSWORD_WORK } from '../../src/crypto/password-work.ts'
import { decoyOf } from '../../src/identity/decoys.ts'
import { authenticate, createAccount } from '../../src/identity/local-account.ts'
import { keepImported } from '../../src/identity/password.ts'
import { FOREIGN, FOREIGN_PASSWORD } from '../support/foreign-hashes.ts'
import { testServer } from '../support/server.ts'

const UNKNOWN = Array.from({ length: 400 }, (_, index) => `unknown-${index}@example.com`)

/** A server with this many passwords of two kinds of another system; one of its own is there already. */
async function setUp(t: Test, kinds: Readonly<{ bcrypt: number; argon2: number; own: number }>) {
  const { db, deps } = await testServer(t)
  const { config } = deps
  const [, quick = ''] = FOREIGN.find(([name]) => name === 'bcrypt $2b$') ?? []
  const [, slow = ''] = FOREIGN.find(([name]) => name === 'Argon2id') ?? []
  const kept = async (text: string) => keepImported(config.passwordPepper, readHash(text))
  const ids: string[] = []
  for (let index = 0; index < kinds.own + kinds.bcrypt + kinds.argon2; index++) {
    const email = `known-${index}@example.com`
    ids.push((await createAccount(db, config.passwordPepper, { email, password: 'a password of ours' })) ?? '')
  }
  const imports = [...Array<string>(kinds.bcrypt).fill(quick), ...Array<string>(kinds.argon2).fill(slow)]
  for (const [index, text] of imports.entries()) {
    const { hash, pepperId } = await kept(text)
    await db
      .updateTable('passwords')
      .set({ hash, pepper_id: pepperId })
      .where('person_id', '=', ids[index] ?? '')
      .execute()
  }
  /** As an instance finds it that asks now. */
  const costs = async () => {
    const now = db.withoutPlugins()
    const found = new Map<string, string>()
    for (const email of UNKNOWN)
      found.set(email, (await decoyOf(now, config.passwordPepper, email))?.hash.split(':')[1] ?? 'ours')
    return found
  }
  return { db, config, costs, ids }
}

function countOf(costs: ReadonlyMap<string, string>, cost: string): number {
  return [...costs.values()].filter((one) => one === cost).length
}

t.test('without an imported password there is nothing to hide', async (t) => {
  const { costs } = await setUp(t, { bcrypt: 0, argon2: 0, own: 1 })
  t.equal(countOf(await costs(), 'ours'), UNKNOWN.length)
})

t.test('as many unknown addresses as known ones have each cost, and each its own', async (t) => {
  // 40 in all, with the one that is there.
  const { costs, db, ids } = await setUp(t, { bcrypt: 10, argon2: 20, own: 9 })
  const before = await costs()
  const near = (cost: string, share: number) => {
    const found = countOf(before, cost) / UNKNOWN.length
    t.ok(Math.abs(found - share) < 0.1, `${cost}: ${found} of ${share}`)
  }
  near('bcrypt-4', 10 / 40)
  near('argon2id-19-1024-2-2', 20 / 40)
  near('ours', 10 / 40)
  t.strictSame(await costs(), before)
  // Half of those with Argon2 have signed in.
  const signedIn = ids.slice(10, 20)
  await db.updateTable('passwords').set({ hash: '$2b$…' }).where('person_id', 'in', signedIn).execute()
  const after = await costs()
  t.ok(countOf(after, 'ours') > countOf(before, 'ours'))
  for (const [email, cost] of before) if (cost === 'ours') t.equal(after.get(email), 'ours', 'none goes back')
})

t.test('an unknown address is refused after the check of its cost alone, whatever the password', async (t) => {
  const { costs, db, config } = await setUp(t, { bcrypt: 0, argon2: 30, own: 30 })
  const { compare } = PASSWORD_WORK
  let compared = 0
  PASSWORD_WORK.compare = async (password, hash) => {
    compared++
    return compare(password, hash)
  }
  t.teardown(() => {
    PASSWORD_WORK.compare = compare
  })
  const found = await costs()
  for (const cost of ['ours', 'argon2id-19-1024-2-2']) {
    const email = UNKNOWN.find((one) => found.get(one) === cost) ?? ''
    compared = 0
    t.equal(await authenticate(db, config, { email, password: FOREIGN_PASSWORD }, []), undefined, cost)
    t.equal(compared, cost === 'ours' ? 1 : 0, cost)
  }
})
