// Attempts that all instances count together: the limit once, however many ask at the same moment.
import t, { type Test } from 'tap'
import { countedKeys, type SharedLimitName } from '../../src/limits/counted-keys.ts'
import { LIMITS } from '../../src/limits/table.ts'
import { removeObsoleteRows } from '../../src/store/cleanup.ts'
import { type Db, openDatabase } from '../../src/store/database.ts'
import { attemptsWait, type CountedKey, countAttempt, uncountAttempt } from '../../src/store/tables/attempts.ts'
import { testDatabase, turnClock } from '../support/database.ts'

const SETTINGS = {
  VISITS_PER_MINUTE: 0,
  MAILS_PER_HOUR: 1000,
  DEVICES_PER_HOUR: 0,
  ATTESTED_DEVICES_PER_HOUR: 0,
  SIGN_IN_GUESSES_PER_HOUR: 1000,
}

/** Two instances on one database. */
async function instances(t: Test) {
  const url = await testDatabase(t)
  const both = [openDatabase(url, () => {}), openDatabase(url, () => {})] as const
  t.teardown(() => Promise.all(both.map((db) => db.destroy())))
  return both
}

/** Seconds to wait for an attempt that is counted. */
async function tryOnce(db: Db, keys: readonly CountedKey[]): Promise<number> {
  return (await countAttempt(db, keys)).waitSeconds
}

/** Seconds to wait, as another statement asks for them. */
async function findWait(db: Db, keys: readonly CountedKey[]): Promise<number> {
  const { wait } = await db.selectNoFrom(attemptsWait(keys).as('wait')).executeTakeFirstOrThrow()
  return wait
}

function key(name: string, allowed: number, windowSeconds = 60): CountedKey {
  return { key: name, allowed, windowSeconds }
}

t.test(
  '50 at once at two instances: as many pass as the limit says, and everybody else hears when to come back',
  async (t) => {
    const [one, two] = await instances(t)
    const waits = await Promise.all(
      Array.from({ length: 50 }, (_, n) => tryOnce(n % 2 === 0 ? one : two, [key('a', 10)])),
    )
    t.equal(waits.filter((wait) => wait === 0).length, 10, `waits: ${waits.join(' ')}`)
    t.ok(waits.every((wait) => wait === 0 || (wait > 55 && wait <= 60)))
    t.ok((await findWait(two, [key('a', 10)])) > 55)
    t.equal(await findWait(two, [key('b', 10)]), 0)
  },
)

t.test('whom a narrow key refuses uses up nothing of a wide one; whom the wide one refuses is refused', async (t) => {
  const [one, two] = await instances(t)
  const wide = key('wide', 5)
  const attempt = (name: string) => tryOnce(one, [key(name, 2), wide])
  const loud = await Promise.all(Array.from({ length: 20 }, () => attempt('loud')))
  t.equal(loud.filter((wait) => wait === 0).length, 2)
  t.equal(await attempt('b'), 0)
  t.equal(await attempt('c'), 0)
  t.equal(await attempt('d'), 0, 'the fifth of all')
  t.not(await attempt('e'), 0)
  t.not(await findWait(two, [key('f', 2), wide]), 0)
})

t.test('a new window begins with one attempt, by the database’s clock; the row of an old one goes', async (t) => {
  const [db] = await instances(t)
  for (let n = 0; n < 3; n++) await tryOnce(db, [key('a', 2)])
  t.not(await tryOnce(db, [key('a', 2)]), 0)
  await turnClock(t, db, 61)
  t.equal(await findWait(db, [key('a', 2)]), 0)
  t.equal(await tryOnce(db, [key('a', 2)]), 0)
  t.equal(await tryOnce(db, [key('a', 2)]), 0)
  t.not(await tryOnce(db, [key('a', 2)]), 0)
  await turnClock(t, db, 122)
  t.same(await removeObsoleteRows(db), { attempts: 1 })
})

t.test('what was no attempt is given back, by any number of callers at once', async (t) => {
  const [one, two] = await instances(t)
  const keys = [key('narrow', 100), key('wide', 100)]
  await Promise.all(
    Array.from({ length: 60 }, async (_, n) => {
      const db = n % 2 === 0 ? one : two
      const { waitSeconds, counted } = await countAttempt(db, keys)
      t.equal(waitSeconds, 0)
      await uncountAttempt(db, counted)
    }),
  )
  t.strictSame(await one.selectFrom('attempts').selectAll().execute(), [])
  const [{ counted }] = await Promise.all([countAttempt(one, keys), countAttempt(two, keys)])
  await uncountAttempt(one, counted)
  t.match(await one.selectFrom('attempts').select('count').execute(), [{ count: 1 }, { count: 1 }])
})

t.test('what was no attempt is given back to the window that it was counted in, and to no other', async (t) => {
  const [db] = await instances(t)
  const keys = [key('narrow', 100), key('wide', 100, 3600)]
  const { counted } = await countAttempt(db, keys)
  await turnClock(t, db, 61)
  await countAttempt(db, keys)
  await uncountAttempt(db, counted)
  t.strictSame(await db.selectFrom('attempts').select(['key', 'count']).orderBy('key').execute(), [
    { key: 'narrow', count: 1 },
    { key: 'wide', count: 1 },
  ])
})

t.test(
  'beyond its limit an address adds no rows, whatever it tries; nor does whoever a wide limit refuses',
  async (t) => {
    const [db] = await instances(t)
    const attempt = (name: string) => countAttempt(db, [key(name, 2), key('address', 5), key('all', 8)])
    for (let n = 0; n < 5; n++) t.equal((await attempt(`account ${n}`)).waitSeconds, 0)
    const rows = async () => (await db.selectFrom('attempts').selectAll().orderBy('key').execute()).length
    t.equal(await rows(), 7)
    for (let n = 5; n < 50; n++) t.match(await attempt(`account ${n}`), { refusedBy: 'address', counted: [] })
    t.equal(await rows(), 7)
    t.match(await db.selectFrom('attempts').where('key', '=', 'address').select('count').execute(), [{ count: 5 }])
  },
)

t.test(
  'counter of attempts read as a string [Logto 9de40208: "10" + 1]: of 11 tries the tenth passes, and 11 are no 101',
  async (t) => {
    const [db] = await instances(t)
    const waits: number[] = []
    for (let n = 0; n < 11; n++) waits.push(await tryOnce(db, [key('a', 10)]))
    t.strictSame(
      waits.slice(0, 10),
      Array.from({ length: 10 }, () => 0),
    )
    t.ok((waits[10] ?? 0) > 55)
    t.strictSame(await db.selectFrom('attempts').select('count').execute(), [{ count: 10 }])
  },
)

function keysOf(secret: string, limit: SharedLimitName, address: string, about: string) {
  return countedKeys(secret, SETTINGS, limit, { address, about })
}

t.test('a limit counts by what its row says, and 0 of a setting switches it off', async (t) => {
  const by = (limit: SharedLimitName) => keysOf('secret', limit, '192.0.2.1', 'ada').map(({ key }) => key)
  for (const [limit, { by: row }] of [
    ['signInGuesses', LIMITS.signInGuesses],
    ['mailsByRecipient', LIMITS.mailsByRecipient],
    ['mailsByAddress', LIMITS.mailsByAddress],
    ['mailsOfAll', LIMITS.mailsOfAll],
  ] as const) {
    const elsewhere = keysOf('secret', limit, '192.0.2.2', 'ada').map(({ key }) => key)
    const another = keysOf('secret', limit, '192.0.2.1', 'bob').map(({ key }) => key)
    t.equal(elsewhere[0] !== by(limit)[0], row.includes('address'), `${limit} by address`)
    t.equal(another[0] !== by(limit)[0], row.includes('about'), `${limit} by what is tried`)
  }
  t.strictSame(countedKeys('secret', { ...SETTINGS, MAILS_PER_HOUR: 0 }, 'mailsOfAll', {}), [])
})

t.test('the keys tell nobody an address or what was tried, and are one for a subscriber', (t) => {
  const keys = keysOf('secret', 'signInGuesses', '2001:db8:1:2::9', 'ada@example.com')
  t.match(keys, [
    { key: /^[\w-]{22}$/, allowed: 20 },
    { key: /^[\w-]{22}$/, allowed: 80 },
  ])
  t.same(keysOf('secret', 'signInGuesses', '2001:db8:1:2:ffff::1', 'ada@example.com'), keys)
  const others = [
    keysOf('other secret', 'signInGuesses', '2001:db8:1:2::9', 'ada@example.com'),
    keysOf('secret', 'clientGuesses', '2001:db8:1:2::9', 'ada@example.com'),
    keysOf('secret', 'signInGuesses', '2001:db8:1:2::9', 'bob@example.com'),
    keysOf('secret', 'signInGuesses', '2001:db8:2:2::9', 'ada@example.com'),
  ]
  const all = [keys, ...others].flat().map(({ key }) => key)
  t.equal(new Set(all).size, all.length)
  t.equal(keysOf('secret', 'signInGuesses', '192.0.2.1', 'x').length, 1)
  t.end()
})
