// Guesses at a directory, a real slapd, are counted by the entry that a name leads to: no spelling and no second name gains attempts.
import t from 'tap'
import { spelledOnce } from '../../src/identity/federation/ask-here.ts'
import { LIMITS } from '../../src/limits/table.ts'
import { Browser } from '../support/browser.ts'
import { answerOf, authorizeUrl, pkcePair } from '../support/phone.ts'
import { testServer } from '../support/server.ts'
import { CLAIMED_URI } from '../support/session.ts'
import { BASE_DN, SERVICE, startSlapd, withoutSlapd } from '../support/slapd.ts'
import { catalogueOf } from '../support/upstream.ts'

const ALLOWED = LIMITS.signInGuesses.allowed

function person(uid: string, ...mails: readonly string[]): string {
  const mail = mails.map((address) => `mail: ${address}\n`).join('')
  return `dn: uid=${uid},${BASE_DN}\nobjectClass: inetOrgPerson\nuid: ${uid}\nsn: x\ncn: ${uid}\n${mail}userPassword: of ${uid}`
}
const NAMES = ['dora', 'dora@corp.example', 'd.day@corp.example', 'dd@corp.example']
const SPELLINGS = [
  ...NAMES,
  ...NAMES.map((name) => name.toUpperCase()),
  ...NAMES.map((name) => ` ${name} `),
  'ＤＯＲＡ',
  'Dora',
  'dOra',
]

t.test('spellings that a directory takes for one name are one', async (t) => {
  const rows: readonly (readonly string[])[] = [
    [
      'dora day',
      'Dora  Day',
      ' DORA\u00a0DAY ',
      'dora \u200d day',
      'dora\u2003\u00ad day',
      'd\u00f3ra day',
      'dora \ufffc day',
    ],
    ['\u03bf\u03b4\u03bf\u03c2', '\u03bf\u03b4\u03bf\u03c3', '\u039f\u0394\u039f\u03a3'],
    ['stra\u00dfe', 'STRASSE', 'stra\u1e9ee'],
    ['i', '\u0130', 'I', '\uff29'],
    ['finn', '\ufb01nn', 'FINN'],
  ]
  for (const [first = '', ...others] of rows)
    for (const other of others) t.equal(spelledOnce(other), spelledOnce(first), JSON.stringify(other))
  t.not(spelledOnce('dora day'), spelledOnce('doraday'))
})

t.test('guesses at a directory', { skip: withoutSlapd }, async (t) => {
  const mails = NAMES.filter((name) => name.includes('@'))
  const slapd = await startSlapd(t, [person('dora', ...mails), person('emil', 'emil@corp.example')].join('\n\n'))
  const corp = {
    kind: 'ldap',
    label: 'Corp',
    url: slapd.url,
    base_dn: BASE_DN,
    bind_dn: SERVICE.dn,
    bind_password_variable: 'LDAP_SECRET',
    login_attributes: ['uid', 'mail'],
  }
  const { app } = await testServer(t, { ...(await catalogueOf(t, { corp })), LDAP_SECRET: SERVICE.password })

  async function begin(browser = new Browser(app)) {
    const page = await browser.open(authorizeUrl(pkcePair().challenge, { redirect_uri: CLAIMED_URI, prompt: 'login' }))
    const { pathname, search } = new URL((await browser.submit(page, '/provider/corp')).headers.location ?? '')
    return { browser, page: await browser.open(`${pathname}${search}`) }
  }
  async function signIn(name: string, password: string, browser?: Browser) {
    const visit = await begin(browser)
    return visit.browser.submit(visit.page, '/password', { name, password })
  }

  const own = new Browser(app)
  t.ok(answerOf(await signIn('dora', 'of dora', own)).code)

  t.test('every name and spelling of an entry together has the attempts of one', async (t) => {
    const { browser, page } = await begin()
    const statuses: number[] = []
    for (let guess = 0; guess < ALLOWED + 10; guess += 1) {
      const name = SPELLINGS[guess % SPELLINGS.length] ?? ''
      statuses.push((await browser.submit(page, '/password', { name, password: `${guess}` })).statusCode)
    }
    t.equal(statuses.filter((status) => status === 422).length, ALLOWED)
    t.equal(statuses.filter((status) => status === 429).length, 10)
    for (const name of SPELLINGS) {
      const right = await browser.submit(page, '/password', { name, password: 'of dora' })
      t.match(right, { statusCode: 429, headers: { 'retry-after': /^\d+$/ } }, `${name}: the right one waits as well`)
    }
  })

  t.test('somebody else, and the person in their own browser, do not wait', async (t) => {
    t.ok(answerOf(await signIn('emil', 'of emil')).code)
    t.ok(answerOf(await signIn('dora', 'of dora', own)).code)
  })

  t.test('of many at once no more are looked at', async (t) => {
    const { browser, page } = await begin()
    const names = ['emil', 'emil@corp.example', 'EMIL', 'Emil@Corp.Example']
    const answers = await Promise.all(
      Array.from({ length: 2 * ALLOWED }, (_, guess) =>
        browser.submit(page, '/password', { name: names[guess % names.length] ?? '', password: `${guess}` }),
      ),
    )
    t.equal(answers.filter(({ statusCode }) => statusCode === 422).length, ALLOWED)
  })

  t.test('a name that leads to nobody waits like one that does', async (t) => {
    const { browser, page } = await begin()
    const statuses: number[] = []
    for (let guess = 0; guess < ALLOWED + 2; guess += 1)
      statuses.push((await browser.submit(page, '/password', { name: 'nobody', password: `${guess}` })).statusCode)
    t.strictSame(statuses.slice(-2), [429, 429])
    t.equal(statuses.filter((status) => status === 422).length, ALLOWED)
  })

  t.test('a directory that is gone is told as that, with 503', async (t) => {
    const { browser, page } = await begin()
    await slapd.stop()
    const told = await browser.submit(page, '/password', { name: 'emil', password: 'of emil' })
    t.match(told, { statusCode: 503, body: /Corp cannot be reached right now/ })
  })
})
