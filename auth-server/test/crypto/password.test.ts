// Passwords: all of what was typed counts, however it is encoded; an unknown account costs as much as a known one.
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { getPriority } from 'node:os'
import { setTimeout as delay, setImmediate as immediate } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Worker } from 'node:worker_threads'
import bcrypt from 'bcrypt'
import type { LightMyRequestResponse } from 'fastify'
import t, { type Test } from 'tap'
import { hashPassword, verifyPassword } from '../../src/crypto/password.ts'
import { MAX_RUNNING, PasswordQueueFull, passwordQueue } from '../../src/crypto/password-queue.ts'
import { PASSWORD_WORK } from '../../src/crypto/password-work.ts'
import { insertPerson } from '../../src/store/tables/people.ts'
import { Browser, formsOf } from '../support/browser.ts'
import { authorizeUrl, logIn, obtainTokens, pkcePair, refresh } from '../support/phone.ts'
import { hashAsInProduction } from '../support/quick-hashes.ts'
import { testServer, USER } from '../support/server.ts'

hashAsInProduction()
const THREADS: Worker[] = []
process.on('worker', (thread) => THREADS.push(thread))

const PEPPER = 'p'.repeat(43)

t.test('the stored form is bcrypt of cost 11, salted, and useless without the pepper', async (t) => {
  const [one, two] = await Promise.all([hashPassword(PEPPER, 'correct'), hashPassword(PEPPER, 'correct')])
  t.match(one, /^\$2b\$11\$/)
  t.not(one, two)
  t.ok(await verifyPassword(PEPPER, 'correct', one))
  t.notOk(await verifyPassword('q'.repeat(43), 'correct', one))
  t.notOk(await bcrypt.compare('correct', one))
})

t.test('nothing of a password is ignored', async (t) => {
  const long = 'x'.repeat(72)
  const rows: [string, string, string, boolean][] = [
    ['the 73rd byte', `${long}a`, `${long}b`, false],
    ['the 200th byte', `${'x'.repeat(199)}a`, `${'x'.repeat(199)}b`, false],
    ['what stands behind a NUL', 'abc\0def', 'abc\0xyz', false],
    ['a NUL at the end', 'abc\0', 'abc', false],
    ['a space at the end', 'abc ', 'abc', false],
    ['upper and lower case', 'Correct', 'correct', false],
    ['an accent in one or two code points: the same', 'caf\u00e9', 'cafe\u0301', true],
    ['full-width letters, as a phone may type them: the same', '\uff41\uff42\uff43', 'abc', true],
    ['the empty password', '', 'x', false],
    ['emoji', '🚲🚲', '🚲🛴', false],
  ]
  await Promise.all(
    rows.map(async ([name, stored, typed, same]) => {
      const hash = await hashPassword(PEPPER, stored)
      t.equal(await verifyPassword(PEPPER, typed, hash), same, name)
      t.equal(await verifyPassword(PEPPER, stored, hash), true, `${name}: itself`)
    }),
  )
})

/** How often bcrypt worked while `work` ran: the honest measure of time. */
async function countingHashes(work: () => Promise<unknown>): Promise<number> {
  const { compare } = PASSWORD_WORK
  let count = 0
  PASSWORD_WORK.compare = (data, encrypted) => {
    count++
    return compare(data, encrypted)
  }
  try {
    await work()
  } finally {
    PASSWORD_WORK.compare = compare
  }
  return count
}

t.test(
  'an unknown account, one without a password and a suspended one cost one comparison like any other',
  async (t) => {
    const { app, db } = await testServer(t)
    const password = { hash: await hashPassword(PEPPER, 'x'), pepperId: null }
    for (const name of ['none', 'gone']) {
      const email = `${name}@example.com`
      await insertPerson(db, { id: `usr_${name}`, email, emailKey: email, name, password })
    }
    await db.deleteFrom('passwords').where('person_id', '=', 'usr_none').execute()
    await db.updateTable('people').set({ status: 'suspended' }).where('id', '=', 'usr_gone').execute()
    const answers = new Set<string>()
    for (const email of [USER.email, 'nobody@example.com', 'none@example.com', 'gone@example.com']) {
      const browser = new Browser(app)
      const page = await browser.open(authorizeUrl(pkcePair().challenge))
      let body = ''
      const compared = await countingHashes(async () => {
        const response = await logIn(browser, page, { email, password: 'wrong' })
        t.equal(response.statusCode, 422)
        body = response.body
      })
      t.equal(compared, 1, email)
      answers.add(body.replaceAll(email, '').replaceAll(/(\/interaction\/)[\w-]+|value="[\w-]{43}"/g, '$1'))
    }
    t.equal(answers.size, 1, 'and hear the same words')
  },
)

t.test('a dummy hash costs as much as a real one', async (t) => {
  t.equal(await verifyPassword(PEPPER, 'no account', undefined), false)
  const [real, dummy] = await Promise.all([
    hashPassword(PEPPER, 'x'),
    new Promise<string>((resolve) => {
      const { compare } = PASSWORD_WORK
      PASSWORD_WORK.compare = (data, encrypted) => {
        PASSWORD_WORK.compare = compare
        resolve(encrypted)
        return compare(data, encrypted)
      }
      void verifyPassword(PEPPER, 'x', undefined)
    }),
  ])
  t.equal(bcrypt.getRounds(dummy), bcrypt.getRounds(real))
})

t.test('a password too long to be one is refused before any hashing', async (t) => {
  t.equal(
    await countingHashes(async () => {
      t.equal(await verifyPassword(PEPPER, 'x'.repeat(1024 * 1024), await hashPassword(PEPPER, 'x')), false)
      t.equal(await verifyPassword(PEPPER, '🚲'.repeat(1025), undefined), false)
    }),
    0,
  )
  const { app } = await testServer(t)
  const browser = new Browser(app)
  const page = await browser.open(authorizeUrl(pkcePair().challenge))
  const compared = await countingHashes(async () => {
    t.equal((await logIn(browser, page, { ...USER, password: 'x'.repeat(1024 * 1024) })).statusCode, 413)
    t.equal((await logIn(browser, page, { ...USER, password: 'x'.repeat(5000) })).statusCode, 400)
    t.equal((await logIn(browser, page, { ...USER, password: 'a\0b' })).statusCode, 400)
    t.equal((await logIn(browser, page, { ...USER, password: '🚲'.repeat(2000) })).statusCode, 400)
  })
  t.equal(compared, 0)
})

/** A login page, wrong passwords sent from it by any address, and comparisons that wait until they are released. */
async function busyLogin(t: Test, compareThen: typeof PASSWORD_WORK.compare) {
  const { app, log } = await testServer(t, { TRUSTED_PROXIES: '127.0.0.1' })
  const browser = new Browser(app)
  const page = await browser.open(authorizeUrl(pkcePair().challenge))
  const { action = '', hidden = {} } = formsOf(page.body).find((form) => form.action.endsWith('/login')) ?? {}
  const { compare } = PASSWORD_WORK
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = () => {
      PASSWORD_WORK.compare = compare
      resolve()
    }
  })
  PASSWORD_WORK.compare = (data, encrypted) => held.then(() => compareThen(data, encrypted))
  t.teardown(release)

  const answered: LightMyRequestResponse[] = []
  let guesses = 0
  const guess = async (address: string) => {
    // At an account of its own each time, so that the limit of guesses at one account is not what stops them.
    const form = { ...hidden, email: `account-${++guesses}@example.com`, password: 'wrong' }
    const response = await browser.request('POST', action, { form, headers: { 'x-forwarded-for': address } })
    answered.push(response)
    return response
  }
  const untilAnswered = async (count: number) => {
    const deadline = Date.now() + 10_000
    while (answered.length < count && Date.now() < deadline) await delay(5)
  }
  return { app, log, browser, page, answered, guess, untilAnswered, release: () => release() }
}

function count(responses: readonly LightMyRequestResponse[], status: number) {
  return responses.filter(({ statusCode }) => statusCode === status).length
}

t.test('a flood from everywhere is told to come back: some get in, the rest hear 503 with Retry-After', async (t) => {
  const { app, log, browser, page, answered, guess, untilAnswered, release } = await busyLogin(t, async () => false)
  const flood = Array.from({ length: MAX_RUNNING + 64 + 13 }, (_, host) => guess(`192.0.2.${host}`))
  await untilAnswered(13)
  t.equal(count(answered, 503), 13)
  const [turnedAway] = answered
  t.equal(turnedAway?.headers['retry-after'], '5')
  t.match(turnedAway?.headers['content-type'], /^text\/html/)
  await t.rejects(verifyPassword(PEPPER, 'x', undefined), PasswordQueueFull)
  const told = log.map((line) => JSON.parse(line)).filter(({ err }) => err?.type === 'PasswordQueueFull')
  t.ok(told.length >= 1 && told.length < 13, `told sparingly, not ${told.length} times`)
  t.equal((await app.inject('/jwks')).statusCode, 200, 'everything else goes on')
  release()
  t.equal(count(await Promise.all(flood), 422), MAX_RUNNING + 64, 'those at work, and 64 waiting')
  t.equal((await logIn(browser, page)).statusCode, 303)
})

t.test(
  'one address fills half of the queue and hears 429 then; others go on, and do not stand behind it',
  async (t) => {
    const { answered, guess, untilAnswered, release } = await busyLogin(t, PASSWORD_WORK.compare)
    // One subscriber, however many addresses it takes.
    const flood = Array.from({ length: MAX_RUNNING + 32 + 45 }, (_, host) => guess(`2001:db8::${host + 1}`))
    await untilAnswered(45)
    t.equal(count(answered, 429), 45, 'but for those at work, 32 wait')
    const [turnedAway] = answered
    t.equal(turnedAway?.headers['retry-after'], '5')
    t.match(turnedAway?.headers['content-type'], /^text\/html/)
    t.match(turnedAway?.body, /Too many people sign in from this address at once; try again in a few seconds\./)
    const neighbours = ['192.0.2.1', '192.0.2.2', '2001:db8:0:1::1'].map(guess)
    release()
    const theirs = await Promise.all(neighbours)
    t.equal(count(theirs, 422), 3, 'the answer to a wrong password')
    await Promise.all(flood)
    t.equal(count(answered, 422), MAX_RUNNING + 32 + 3)
    const places = theirs.map((response) => answered.indexOf(response) - 45)
    t.ok(Math.max(...places) < 25, `not after all that waited before: ${places}`)
  },
)

t.test('a whole /48 of IPv6 networks leaves a quarter of the queue to others', async (t) => {
  const noMatch = async () => false
  const { answered, guess, untilAnswered, release } = await busyLogin(t, noMatch)
  const flood = Array.from({ length: MAX_RUNNING + 48 + 19 }, (_, network) => guess(`2001:db8:0:${network + 1}::1`))
  await untilAnswered(19)
  t.equal(count(answered, 429), 19, 'but for those at work, 48 wait')
  const others = Array.from({ length: 17 }, (_, host) => guess(`192.0.2.${host}`))
  await untilAnswered(20)
  t.equal(count(answered, 503), 1, 'sixteen wait, and the whole line is full')
  release()
  PASSWORD_WORK.compare = noMatch
  await Promise.all([...flood, ...others])
  t.equal(count(answered, 422), MAX_RUNNING + 48 + 16)
})

t.test(
  'passwords are checked on threads of their own, which come after the others of the process',
  { skip: (process.platform !== 'linux' || getPriority() === 19) && 'there is no lower priority of a thread' },
  async (t) => {
    const threads = () => readdirSync('/proc/self/task').map((id) => getPriority(Number(id)))
    const stored = await Promise.all(Array.from({ length: MAX_RUNNING + 2 }, () => hashPassword(PEPPER, 'x')))
    const checked = await Promise.all(stored.map((hash) => verifyPassword(PEPPER, 'x', hash)))
    t.ok(checked.every((matches) => matches))
    const own = getPriority()
    const behind = threads().filter((priority) => priority === Math.min(own + 10, 19))
    t.equal(behind.length, MAX_RUNNING, 'one for each processor but one')
    t.equal(threads().filter((priority) => priority !== own).length, MAX_RUNNING, 'and no other')
  },
)

t.test('a thread that fails while nobody waits for it ends nothing, and others take its place', async (t) => {
  const stored = await hashPassword(PEPPER, 'x')
  const checks = () => Promise.all(Array.from({ length: 3 }, () => verifyPassword(PEPPER, 'x', stored)))
  t.strictSame(await checks(), [true, true, true])
  for (const thread of THREADS.splice(0)) {
    thread.emit('error', new Error('no more memory'))
    await thread.terminate()
  }
  t.strictSame(await checks(), [true, true, true])
})

t.test('a thread that never answers is given up after half a minute: 503, and another takes its place', async (t) => {
  const { app } = await testServer(t)
  const stored = await hashPassword(PEPPER, 'x')
  const asked = Promise.withResolvers<Worker>()
  for (const thread of THREADS)
    thread.postMessage = () => {
      for (const each of THREADS) Reflect.deleteProperty(each, 'postMessage')
      asked.resolve(thread)
    }
  const browser = new Browser(app)
  const page = await browser.open(authorizeUrl(pkcePair().challenge))
  // Only the time of passwords is ours: PostgreSQL's connections start and end their own meanwhile.
  const start = globalThis.setTimeout
  const givenUp = Promise.withResolvers<() => void>()
  globalThis.setTimeout = new Proxy(start, {
    apply(target, self, given: Parameters<typeof start>) {
      const [work, millis] = given
      if (millis === 30_000) givenUp.resolve(work)
      return Reflect.apply(target, self, given)
    },
  })
  t.teardown(() => {
    globalThis.setTimeout = start
  })
  const answered = logIn(browser, page)
  const ended = once(await asked.promise, 'exit')
  const halfAMinutePasses = await givenUp.promise
  globalThis.setTimeout = start
  const next = verifyPassword(PEPPER, 'x', stored)
  t.equal(await Promise.race([answered, immediate('no answer yet')]), 'no answer yet')
  halfAMinutePasses()
  const { statusCode, headers } = await answered
  t.match({ statusCode, headers }, { statusCode: 503, headers: { 'retry-after': '5' } })
  t.ok(await next, 'whoever came meanwhile is served by another')
  await ended
  t.strictSame(passwordQueue(), { running: 0, waiting: 0 }, 'its place is free')
  t.equal((await logIn(browser, page)).statusCode, 303)
})

t.test('a command that has checked a password ends by itself', async (t) => {
  const script = `
    import { hashPassword, verifyPassword } from '${new URL('../../src/crypto/password.ts', import.meta.url)}'
    console.log(await verifyPassword('p', 'x', await hashPassword('p', 'x')))`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { env: {} })
  t.equal(stdout, 'true\n')
})

t.test(
  'logins on other threads leave one for signing: a refresh does not wait behind a queue of passwords',
  async (t) => {
    const { app } = await testServer(t)
    const { refresh_token } = await obtainTokens(app)
    const order: string[] = []
    const hashes = Array.from({ length: 12 }, () =>
      verifyPassword(PEPPER, 'x', undefined).then(() => order.push('password')),
    )
    await refresh(app, refresh_token).then(({ statusCode }) => {
      t.equal(statusCode, 200)
      order.push('refresh')
    })
    await Promise.all(hashes)
    t.ok(order.indexOf('refresh') <= 6, order.join(' '))
  },
)
